"""The pages of the app, one module each: a component that gets the tab's :class:`viz.desk.Desk`."""
