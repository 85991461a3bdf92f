"""The workshop as a person meets it: edit, break a bound, save, load, look at it live."""

from pathlib import Path

import pytest
from browsing import START_S, Tab, wait_until
from playwright.sync_api import expect

from ecosystem.scenario import load_strategy

pytestmark = pytest.mark.browser


def open_workshop(tab: Tab, url: str) -> None:
    tab.open(f"{url}/?page=workshop", ".eco-levers details")


def priced(tab: Tab) -> str:
    """Return the price, or nothing while it is worked out."""
    bar = tab.page.locator(".eco-budget svg .title")
    if tab.page.locator(".eco-stale").count() or not bar.count():
        return ""
    return bar.text_content() or ""


def test_edit_see_the_price_break_a_bound_save_and_load(tab: Tab, url: str, tmp_path: Path):
    open_workshop(tab, url)
    wait_until(lambda: "more than S0" in priced(tab), 60)
    before = priced(tab)
    money = tab.page.get_by_label("Agreement, money", exact=True)
    money.fill("0.006")
    wait_until(lambda: "agreement_share_of_capex = 0.006" in tab.page.inner_text(".eco-toml"))
    wait_until(lambda: priced(tab) not in ("", before), 60)
    assert "scaled down" in tab.page.inner_text(".eco-budget")

    money.fill("0.06")
    wait_until(lambda: "less than or equal to 0.03" in tab.page.inner_text(".eco-verdict"))
    expect(tab.page.get_by_role("button", name="See it live")).to_be_disabled()
    assert money.input_value() == "0.06", "what was typed stays"
    money.fill("0.0")
    assert money.input_value() == "0.0", "a decimal point survives"
    money.fill("0.006")
    wait_until(lambda: "Valid" in tab.page.inner_text(".eco-verdict"))

    tab.page.locator("summary", has_text="Where").click()
    tab.page.get_by_label("pjm", exact=True).check()
    tab.page.get_by_label("miso", exact=True).check()
    wait_until(lambda: 'region = ["miso", "pjm"]' in tab.page.inner_text(".eco-toml"))
    saved = tmp_path / "mine.toml"
    saved.write_text(tab.download("Save as TOML"), encoding="utf-8")
    strategy = load_strategy(saved)
    assert strategy.levers.agreement_share_of_capex == 0.006
    assert strategy.where.region == ("miso", "pjm")
    assert strategy.levers.agreement_binding == load_strategy("S2").levers.agreement_binding

    tab.page.get_by_label("Agreement, money: back to 0.003").click()
    wait_until(lambda: "agreement_share_of_capex" not in tab.page.inner_text(".eco-toml"))
    assert money.input_value() == "0.003"
    tab.page.locator(".eco-upload input").set_input_files(saved)
    wait_until(lambda: "agreement_share_of_capex = 0.006" in tab.page.inner_text(".eco-toml"))
    assert tab.page.get_by_label("Agreement, money", exact=True).input_value() == "0.006"


@pytest.mark.slow
def test_a_wrong_file_is_refused_and_the_address_leads_back(tab: Tab, url: str, tmp_path: Path):
    open_workshop(tab, url)
    slider = tab.page.get_by_label("Openness, slider")
    slider.focus()
    slider.press("End")
    wait_until(lambda: "openness = 1" in tab.page.inner_text(".eco-toml"))
    for name, content, said in (
        ("evil.toml", 'extends = "../../etc/passwd"\nkey = "a"', "unknown strategy"),
        ("large.toml", "#" * 70_000, "larger than 64 kB"),
    ):
        (tmp_path / name).write_text(content)
        tab.page.locator(".eco-upload input").set_input_files(tmp_path / name)
        wait_until(lambda: said in tab.page.inner_text("[role=alert]"))  # noqa: B023
        assert "openness = 1" in tab.page.inner_text(".eco-toml")
    wait_until(lambda: "draft=" in tab.page.url)
    tab.page.reload()
    tab.page.wait_for_selector(".eco-toml", timeout=START_S * 1000)
    wait_until(lambda: "openness = 1" in tab.page.inner_text(".eco-toml"))
    tab.page.goto(f"{url}/?page=workshop&draft=damaged")
    tab.page.wait_for_selector("[role=alert]", timeout=START_S * 1000)
    assert "damaged or was cut off" in tab.page.inner_text("[role=alert]")


@pytest.mark.slow
def test_the_own_strategy_is_seen_live_and_its_address_shows_it_elsewhere(
    tab: Tab, browser, url: str
):
    open_workshop(tab, url)
    tab.page.get_by_label("Openness", exact=True).fill("0.9")
    wait_until(lambda: "openness = 0.9" in tab.page.inner_text(".eco-toml"))
    tab.click("See it live")
    tab.page.wait_for_selector(".eco-ladder svg", timeout=START_S * 1000)
    wait_until(lambda: "strategy=S2_own" in tab.page.url and "own=" in tab.page.url)
    tab.click("Step")
    wait_until(lambda: tab.week() == 1)
    other = Tab(browser)
    other.open(tab.page.url)
    assert other.week() == 1
    other.close()
    tab.click("Workshop")
    tab.page.wait_for_selector(".eco-toml")
    assert "openness = 0.9" in tab.page.inner_text(".eco-toml"), "as it was left"


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_1280_pixels_and_everything_has_a_name(browser, url: str, scheme: str):
    tab = Tab(browser, scheme, 1280)
    open_workshop(tab, url)
    for summary in tab.page.locator("summary").all():
        if not summary.evaluate("s => s.parentElement.open"):
            summary.press("Enter")
    assert tab.overflow() == 0
    unnamed = "[...document.querySelectorAll('.eco-levers input, .eco-levers select')].filter("
    unnamed += "f => !f.labels?.length && !f.ariaLabel).length"
    assert tab.page.evaluate(unnamed) == 0
    shade = "getComputedStyle(document.querySelector('.eco-verdict')).backgroundColor"
    wait_until(
        lambda: (
            tab.page.evaluate(shade)
            == {"light": "rgb(255, 255, 255)", "dark": "rgb(26, 32, 39)"}[scheme]
        )
    )
    tab.close()


@pytest.mark.slow  # 18 runs of the model
def test_run_against_s0_ends_in_an_answer_with_intervals(tab: Tab, url: str):
    open_workshop(tab, f"{url}")
    tab.page.get_by_label("Openness", exact=True).fill("0.9")
    wait_until(lambda: "openness = 0.9" in tab.page.inner_text(".eco-toml"))
    tab.click("Run against S0")
    wait_until(lambda: "of 18 runs" in tab.page.inner_text(".eco-trial"), 60)
    wait_until(lambda: "Open in Compare".upper() in tab.page.inner_text(".eco-trial").upper(), 400)
    told = tab.page.inner_text(".eco-trial")
    assert "90% interval" in told
    assert "S2_own Community benefit agreement, edited" in told
    tab.click("Open in Compare")
    tab.page.wait_for_selector(".eco-s-answer", timeout=START_S * 1000)
    assert "page=compare" in tab.page.url
