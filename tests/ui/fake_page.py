"""A page over the fake world, for the tests that drive a real server."""

from fake_world import fake_catalogue

from viz.app import world_page

Page = world_page(fake_catalogue)
