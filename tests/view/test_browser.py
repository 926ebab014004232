"""The page in a real browser: what it shows, and what its buttons, keys and pointers do."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from stgcn_pyg.plots.so_far import predict_so_far
from stgcn_pyg.plots.view import upright
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.sequence import SkeletonSequence
from stgcn_pyg.skeleton import COCO_17, KINECT_20
from stgcn_pyg.view import write_player
from tests.recordings import JUMP, random_sequence
from tests.view.undecided import undecided

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --no-sandbox"
)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """One browser for all tests here."""
    driver = pytest.importorskip(
        "playwright.sync_api", reason="the player's tests need playwright, an extra of dev"
    )
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(f"the player's tests need a browser: one of {', '.join(NAMES)}")
    with driver.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=QUIET.split())
        yield browser
        browser.close()


class Player:
    """A page that is open, and all that it complained of and asked for."""

    def __init__(self, browser: "Browser", page: Path, address: str = "", **context: Any) -> None:
        self.context = browser.new_context(**{"reduced_motion": "reduce"} | context)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.clock.install(time=0)
        self.page.goto(page.as_uri() + address)
        self.page.clock.pause_at(1000)

    def frame(self) -> int:
        return int(self.page.evaluate("player.state.t"))

    def playing(self) -> bool:
        return bool(self.page.evaluate("player.state.playing"))

    def show(self, t: int) -> None:
        self.page.evaluate(f"player.show({t})")

    def text(self, place: str) -> str:
        return self.page.locator(place).inner_text()

    def joints(self, person: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Where joints are on the stage ``[V, 2]``, and which are drawn at all ``[V]``."""
        found = self.page.evaluate(
            "person => [...document.querySelectorAll('.body')[person].querySelectorAll('circle')].map(dot => "
            "[+dot.getAttribute('cx'), +dot.getAttribute('cy'), +(dot.getAttribute('visibility') != 'hidden')])",
            person,
        )
        values = np.array(found)
        return values[:, :2], values[:, 2] > 0

    def wait(self, milliseconds: int) -> None:
        self.page.clock.run_for(milliseconds)


@pytest.fixture
def opened(browser: "Browser", tmp_path: Path) -> Iterator[Any]:
    """What opens a recording; afterwards nobody may have complained, or asked for anything but the page."""
    players: list[Player] = []

    def start(
        *people: SkeletonSequence, recognizer: Recognizer | None = None, address: str = "", **context: Any
    ) -> Player:
        page = tmp_path / f"page{len(players)}.html"
        write_player(people, page, recognizer)
        players.append(Player(browser, page, address, **context))
        return players[-1]

    yield start
    for player in players:
        assert player.complaints == []
        assert [url for url in player.requests if not url.startswith(("file://", "data:"))] == []
        player.context.close()


def check_in_place(shown: np.ndarray, meant: np.ndarray) -> None:
    """Both coordinates are those of the recording but for one scale and a shift."""
    scale = np.ptp(shown, axis=0).max() / np.ptp(meant, axis=0).max()
    off = (shown - scale * meant) - (shown - scale * meant).mean(axis=0)
    assert scale > 0
    assert np.abs(off).max() < 0.05  # pixels


def test_every_frame_shows_its_joints_in_their_places(opened: Any) -> None:
    sequence = random_sequence(6, missing=0.3)
    player = opened(sequence)
    size = player.page.evaluate("[player.view.width, player.view.height]")
    every = []
    for t in range(len(sequence)):
        player.show(t)
        shown, drawn = player.joints()
        assert drawn.tolist() == (~sequence.missing[t]).tolist()
        every.append(shown[drawn])
        seen, hollow = int(drawn.sum()), player.page.locator("#body-map .hollow").count()
        assert player.text("#count") == f"{seen} of 25 joints seen"
        assert hollow == 25 - seen
        assert player.text("#missing").startswith(f"{hollow} missing: ")
    points = np.concatenate(every)
    check_in_place(points, sequence.pos[~sequence.missing])
    assert (points > 0).all()
    assert (points < size).all()


def test_time_plays_at_the_chosen_speed_and_stops_at_the_end(opened: Any) -> None:
    player = opened(random_sequence(100))
    press = player.page.get_by_role("button", name="Play").click
    for speed, frames in (("1", 25), ("2", 50), ("0.5", 12)):
        player.show(0)
        player.page.get_by_label("Speed").select_option(speed)
        press()
        assert player.playing()
        player.wait(1000)
        player.page.get_by_role("button", name="Pause").click()
        assert abs(player.frame() - frames) <= 1
        stopped = player.frame()
        player.wait(500)
        assert player.frame() == stopped
    player.show(97)
    press()
    player.wait(1000)
    assert (player.frame(), player.playing()) == (99, False)
    player.page.get_by_label("Loop").check()
    press()  # from the beginning
    player.wait(9000)
    assert player.playing()


def test_it_starts_by_itself_unless_motion_is_unwanted(opened: Any) -> None:
    sequence = random_sequence(50)
    assert not opened(sequence).playing()
    assert opened(sequence, reduced_motion="no-preference").playing()
    player = opened(sequence, reduced_motion="no-preference", address="#frame=31")
    assert (player.frame(), player.playing()) == (31, False)


def test_the_keyboard_does_everything(opened: Any) -> None:
    player = opened(random_sequence(50))
    press = player.page.keyboard.press
    for key, frame in (
        ("ArrowRight", 1),
        ("Shift+ArrowRight", 11),
        ("ArrowLeft", 10),
        ("End", 49),
        ("ArrowRight", 49),
        ("Home", 0),
    ):
        press(key)
        assert player.frame() == frame
    press("Space")
    assert player.playing()
    press("Space")
    assert not player.playing()
    press("ArrowUp")
    assert player.page.get_by_label("Speed").input_value() == "2"
    reached = []
    for _ in range(8):
        press("Tab")
        reached.append(player.page.evaluate("document.activeElement.id"))
        style = player.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style == "solid" or reached[-1] == ""
    assert reached[:7] == ["scrubber", "back", "play", "forward", "speed", "loop", "names"]
    player.page.locator("#play").focus()
    press("Space")  # once, not twice
    assert player.playing()
    player.show(20)
    player.page.locator("#back").focus()
    press("Space")  # what a button does, it does
    assert (player.frame(), player.playing()) == (19, False)
    player.page.locator("#scrubber").focus()
    press("Home")
    press("ArrowRight")
    assert player.frame() == 1


def test_the_scrubber_says_time_and_frame_where_frames_jump(opened: Any) -> None:
    sequence = random_sequence(5, 5)
    player = opened(sequence)
    scrubber = player.page.get_by_label("Frame", exact=True)
    scrubber.fill("7")
    number = 7 + JUMP
    assert player.frame() == 7
    assert player.text("#moment").split("s") == [f"{number / 25:.2f} ", f" frame {number}"]
    assert scrubber.get_attribute("aria-valuetext").startswith(f"{number / 25:.2f} seconds, frame {number}, ")
    assert player.page.locator("#seen .jump title").text_content() == (
        f"time jumps here: frame 4 is followed by {5 + JUMP}"
    )
    assert "time jumps once" in player.text("#facts")
    player.show(0)
    player.page.keyboard.press("Space")
    player.wait(1000)  # nobody waits through the jump
    assert player.frame() == 9
    box = player.page.locator("#seen").bounding_box()
    player.page.mouse.click(box["x"] + box["width"] - 1, box["y"] + 5)
    assert player.frame() == 9
    player.page.mouse.click(box["x"] + 1, box["y"] + 5)
    assert player.frame() == 0


def test_a_rate_that_nobody_knows_is_not_made_up(opened: Any) -> None:
    player = opened(random_sequence(5, fps=None))
    player.show(3)
    assert player.text("#moment").strip() == "frame 3"
    assert "rate unknown, played at 25 frames a second" in player.text("#facts")


def test_a_frame_with_nobody_says_so(opened: Any) -> None:
    sequence = random_sequence(6)
    score = sequence.score.copy()
    score[[0, 1, 4]] = 0
    player = opened(replace(sequence, score=score))
    assert player.frame() == 2  # the first sight of somebody
    assert not player.page.locator("#nobody").is_visible()
    player.show(4)
    assert player.page.locator("#nobody").is_visible()
    assert player.text("#count") == "All 25 joints are missing"
    assert not player.joints()[1].any()
    assert player.page.locator(".body line[visibility=visible]").count() == 0
    assert "nobody in view" in player.page.locator("#scrubber").get_attribute("aria-valuetext")
    nobody = opened(replace(sequence, score=score * 0))
    assert nobody.page.locator("#nobody").is_visible()
    assert "100 % of joints missing" in nobody.text("#facts")


def test_a_joint_says_its_name_under_the_pointer(opened: Any) -> None:
    sequence = random_sequence(3, skeleton=COCO_17)
    player = opened(sequence)
    (x, y), box = player.joints()[0][9], player.page.locator("#scene").bounding_box()
    player.page.mouse.move(box["x"] + x, box["y"] + y)
    across, down = sequence.pos[0, 9]
    said = re.fullmatch(r"left wrist: x ([\d.-]+), y ([\d.-]+), score ([\d.]+)", player.text("#tip"))
    assert said is not None
    np.testing.assert_allclose(
        [float(word) for word in said.groups()], [across, down, sequence.score[0, 9]], rtol=1e-3, atol=6e-3
    )
    player.page.mouse.move(2, 2)
    assert not player.page.locator("#tip").is_visible()
    player.page.get_by_label("Names of joints").check()
    assert player.page.locator("text.name").nth(9).is_visible()


def test_a_body_in_space_is_turned_by_dragging(opened: Any) -> None:
    sequence = random_sequence(3, skeleton=KINECT_20, num_dims=3)
    player = opened(sequence)
    player.page.get_by_role("button", name="Front view").click()
    front = player.joints()[0]
    across, up, downwards = upright(sequence)
    check_in_place(front, sequence.pos[0][:, [across, up]] * [1, 1 if downwards else -1])
    box = player.page.locator("#scene").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    player.page.mouse.move(*middle)
    player.page.mouse.down()
    player.page.mouse.move(middle[0] + 90, middle[1], steps=3)
    player.page.mouse.up()
    turned = player.joints()[0]
    assert np.abs(turned[:, 0] - front[:, 0]).max() > 5
    np.testing.assert_allclose(turned[:, 1], front[:, 1], atol=0.02)  # about the upright axis alone
    player.page.keyboard.press("w")
    assert np.abs(player.joints()[0][:, 1] - front[:, 1]).max() > 1
    player.page.get_by_role("button", name="Front view").click()
    np.testing.assert_array_equal(player.joints()[0], front)


def test_several_people_are_shown_and_one_is_chosen(opened: Any) -> None:
    first, second = random_sequence(6), random_sequence(4, seed=1)
    player = opened(first, replace(second, facts={"person": 1}))
    player.show(2)
    both = np.concatenate([player.joints(person)[0] for person in (0, 1)])
    check_in_place(both, np.concatenate([first.pos[2], second.pos[2]]))
    player.show(5)
    assert player.text("#count") == "25 of 25 joints seen"
    player.page.get_by_label("2", exact=True).check()
    assert player.text("#count") == "All 25 joints are missing"
    assert not player.page.locator("#nobody").is_visible()  # the first is there


def test_the_prediction_follows_the_scrubber(opened: Any) -> None:
    classes = ["wave", "<b>box</b>", "run"]
    recognizer = undecided(classes)
    sequence = random_sequence(20)
    player = opened(sequence, recognizer=recognizer)
    frames = np.array([3, 12, 19])
    for t, row in zip(frames, predict_so_far(recognizer, [sequence], sequence.frame[frames]), strict=True):
        player.show(int(t))
        said = [float(text) for text in player.page.locator("#actions .value").all_inner_texts()]
        np.testing.assert_allclose(said, row, atol=6e-3)
        assert player.page.locator("#actions .best .action").inner_text() == classes[int(row.argmax())]
    assert player.page.locator("#chart .curve").count() == 3
    middle = player.page.evaluate("document.getElementById('chart').clientWidth / 2")
    player.page.locator("#chart").click(position={"x": middle, "y": 40})
    assert abs(player.frame() - 9.5) <= 1
    at = float(player.page.locator("#cursor").get_attribute("x1"))
    first, last = 10, 2 * middle - 10  # half a thumb of the scrubber from the ends
    assert at == pytest.approx(first + player.frame() / 19 * (last - first), abs=0.1)


def test_without_a_model_there_is_no_prediction(opened: Any) -> None:
    player = opened(random_sequence(3))
    assert not player.page.locator("#prediction").is_visible()
    assert not player.page.locator("#chart-card").is_visible()


def test_names_are_words_and_never_markup(opened: Any) -> None:
    name = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>&amp;"
    player = opened(replace(random_sequence(2), name=name, facts={"action": name}))
    assert player.page.evaluate("window.hacked") is None
    assert player.page.title() == name
    assert player.text("h1") == name
    assert name in player.text("#facts")


def test_the_page_may_ask_no_network_for_anything(opened: Any) -> None:
    player = opened(random_sequence(2))
    player.page.evaluate(
        "() => { window.refused = [];"
        "document.addEventListener('securitypolicyviolation', event => refused.push(event.effectiveDirective)) }"
    )
    player.page.evaluate("fetch('https://example.invalid/').catch(() => {})")
    player.page.wait_for_function("refused.length > 0", polling=20)
    assert player.page.evaluate("refused") == ["connect-src"]
    player.complaints.clear()  # the browser's, of this very attempt
    player.requests.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_on_a_telephone(opened: Any, scheme: str) -> None:
    sequence = replace(random_sequence(9), name="person16_handwaving_d1_uncomp" * 2)
    player = opened(sequence, viewport={"width": 360, "height": 740}, color_scheme=scheme)
    assert player.page.evaluate("document.documentElement.scrollWidth") == 360
    ground = player.page.evaluate("getComputedStyle(document.body).backgroundColor")
    levels = [int(word) for word in re.findall(r"\d+", ground)]
    assert (np.mean(levels) > 128) == (scheme == "light")
