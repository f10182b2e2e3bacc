"""What an answer means for an item, when it is tried again, and what lets go of the phone's copy.

One page, no server and no clock: queue, server, time and chance are handed to the module.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

pytestmark = pytest.mark.journey

STATIC = Path(__file__).parents[2] / "static" / "js"
NOWHERE = "https://rules.invalid"

STAGE = """
  const { sendAll, judge, pause, complete } = await import("/phone/sending.js");
  const { Problem } = await import("/phone/api.js");

  // An outbox in memory: rows by order, what was said of each, what the server was asked.
  const stage = (rows, answers, { confirmed = [] } = {}) => {
    const log = [];
    const held = new Set(confirmed);
    let now = 0;
    const answer = (key, good) => {
      const next = (answers[key] ?? []).shift();
      if (!next) return good;
      if (next.throws) throw new Problem(next.throws);
      return next;
    };
    const queue = {
      next: async (at) => rows.find((row) =>
        row.state === "waiting" && (row.next_at ?? 0) <= at) ?? null,
      sending: async (row) => { row.state = "sending"; },
      held: async (row, said) => Object.assign(row, said, { error: said.error.code }),
      received: async (row) => { rows.splice(rows.indexOf(row), 1); log.push(`kept ${row.id}`); },
      unsent: async (hashes) => hashes.filter((each) => !held.has(each)),
      photo: async (sha256) => `bytes of ${sha256}`,
      confirmed: async (sha256) => { held.add(sha256); },
      denied: async (hashes) => hashes.forEach((each) => held.delete(each)),
    };
    const server = {
      photo: async (_item, sha256) => {
        log.push(`photo ${sha256}`);
        return answer(sha256, { sha256 });
      },
      record: async (item) => {
        log.push(`record ${item.id}`);
        return answer(item.id, {
          registration: item.id, revision: item.revision, parts: item.body.parts });
      },
      batch: async (item) => {
        log.push(`batch ${item.id}`);
        return answer(item.id, { batch: { id: item.id } });
      },
    };
    const send = () => sendAll({ queue, server, clock: () => now, chance: () => 1 });
    return { rows, log, send, later: (ms) => { now += ms; } };
  };
  const row = (id, parts = {}, more = {}) =>
    ({ id, kind: "registration", revision: 1, state: "waiting", tries: 0, body: { parts },
       ...more });
"""


def _answer(route: Route) -> None:
    name = route.request.url.removeprefix(f"{NOWHERE}/")
    if name:
        route.fulfill(body=(STATIC / name).read_text("utf-8"), content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html><title>Sending</title>", content_type="text/html")


@pytest.fixture(scope="module")
def page(chromium):
    context = chromium.new_context()
    page = context.new_page()
    page.route("**/*", _answer)
    page.goto(f"{NOWHERE}/")
    yield page
    context.close()


def run(page: Page, script: str, given: object = None) -> object:
    return page.evaluate(f"async (given) => {{ {STAGE} {script} }}", given)


def test_photos_go_ahead_each_once_and_then_the_record(page):
    found = run(
        page,
        """
        const one = stage([row("wayan", { ktp: "a", face: "b" }), row("sari", { ktp: "b" })], {});
        const ended = await one.send();
        return { log: one.log, left: one.rows.length, ended };
        """,
    )

    assert found["log"] == [
        "photo a", "photo b", "record wayan", "kept wayan", "record sari", "kept sari",
    ]  # fmt: skip
    assert found["left"] == 0
    assert found["ended"] == {"sent": 2, "stop": "", "wait": 0}


def test_the_copy_stays_when_the_receipt_leaves_out_one_part(page):
    found = run(
        page,
        """
        const short = { registration: "wayan", revision: 1, parts: { ktp: "a", face: null } };
        const one = stage([row("wayan", { ktp: "a", face: "b" })], { wayan: [short] });
        await one.send();
        const { state, error, tries } = one.rows[0];
        one.later(2_000);
        await one.send();
        return { state, error, tries, left: one.rows.length };
        """,
    )

    assert found == {"state": "waiting", "error": "receipt_incomplete", "tries": 1, "left": 0}


def test_a_photo_that_the_server_let_go_of_is_sent_again_before_the_record(page):
    found = run(
        page,
        """
        const gone = { throws: { status: 409, code: "parts_missing", facts: { missing: ["b"] } } };
        const one = stage([row("wayan", { ktp: "a", face: "b" })], { wayan: [gone] },
          { confirmed: ["a", "b"] });
        await one.send();
        return one.log;
        """,
    )

    assert found == ["record wayan", "photo b", "record wayan", "kept wayan"]


@pytest.mark.parametrize(
    ("problem", "stop"),
    [
        ({"status": 401, "code": "signed_out"}, "signed_out"),
        ({"status": 0, "code": "no_signal"}, "offline"),
        ({"status": 409, "code": "other_account"}, "other_account"),
        ({"status": 403, "code": "first_password"}, "refused"),
    ],
)
def test_what_is_nobodys_fault_stops_the_sending_and_costs_no_try(page, problem, stop):
    found = run(
        page,
        """
        const one = stage([row("wayan"), row("sari")], { wayan: [{ throws: given }] });
        const ended = await one.send();
        return { stop: ended.stop, log: one.log, rows: one.rows.map((each) =>
          [each.state, each.tries, each.next_at ?? 0]) };
        """,
        problem,
    )

    assert found["stop"] == stop
    assert found["log"] == ["record wayan"], "nothing more is tried"
    assert found["rows"] == [["waiting", 0, 0], ["waiting", 0, 0]], "and nothing is lost"


@pytest.mark.parametrize(
    ("problem", "state"),
    [
        ({"status": 413, "code": "too_large"}, "attention"),
        ({"status": 413, "code": "photo_too_large"}, "attention"),
        ({"status": 415, "code": "photo_unsupported"}, "attention"),
        ({"status": 422, "code": "body_wrong"}, "attention"),
        ({"status": 409, "code": "key_reused"}, "attention"),
        ({"status": 409, "code": "wrong_move"}, "attention"),
        ({"status": 404, "code": "out_of_reach"}, "attention"),
        ({"status": 418, "code": "a_code_of_next_year"}, "attention"),
        ({"status": 409, "code": "stale"}, "both"),
    ],
)
def test_what_a_person_must_look_at_waits_for_them_and_holds_nobody_up(page, problem, state):
    found = run(
        page,
        """
        const one = stage([row("wayan"), row("sari")], { wayan: [{ throws: given }] });
        await one.send();
        one.later(24 * 3_600_000);
        await one.send();
        return { log: one.log, rows: one.rows.map((each) => [each.id, each.state, each.error]) };
        """,
        problem,
    )

    assert found["log"] == ["record wayan", "record sari", "kept sari"], "never tried for ever"
    assert found["rows"] == [["wayan", state, problem["code"]]]


def test_after_a_burst_of_server_errors_it_stops_and_says_so(page):
    found = run(
        page,
        """
        const ill = () => ({ throws: { status: 500, code: "server_error" } });
        const names = ["a", "b", "c", "d"];
        const one = stage(names.map((each) => row(each)),
          Object.fromEntries(names.map((each) => [each, [ill()]])));
        const ended = await one.send();
        return { ended, log: one.log };
        """,
    )

    assert found["ended"]["stop"] == "server"
    assert found["log"] == ["record a", "record b", "record c"]


def test_one_record_that_makes_the_server_stumble_does_not_stop_the_others(page):
    found = run(
        page,
        """
        const ill = () => ({ throws: { status: 500, code: "server_error" } });
        const one = stage(["a", "b", "c", "d"].map((each) => row(each)), { a: [ill(), ill()] });
        const first = await one.send();
        const { tries, next_at } = one.rows[0];
        one.later(next_at - 1);
        await one.send();
        const early = one.log.length;
        one.later(1);
        await one.send();
        return { stop: first.stop, left: one.rows.map((each) => each.id), tries, next_at,
          early, all: one.log.length, again: one.rows[0].next_at };
        """,
    )

    assert (found["stop"], found["left"]) == ("", ["a"])
    assert (found["tries"], found["next_at"]) == (1, 2_000)
    assert found["early"] == 7, "not before its time"
    assert found["again"] - found["next_at"] == 4_000, "then twice as long"


def test_pauses_double_up_to_a_quarter_of_an_hour_and_no_two_phones_come_together(page):
    found = run(
        page,
        """
        return { most: [1, 2, 3, 9, 10, 40].map((tries) => pause(tries, () => 1)),
                 least: pause(3, () => 0) };
        """,
    )

    assert found["most"] == [2_000, 4_000, 8_000, 512_000, 900_000, 900_000]
    assert found["least"] == 4_000


def test_a_server_that_says_when_to_come_again_is_believed(page):
    found = run(
        page,
        """
        const slow = { throws: { status: 429, code: "too_many_requests", wait: 37_000 } };
        const one = stage([row("wayan")], { wayan: [slow] });
        return await one.send();
        """,
    )

    assert found == {"sent": 0, "stop": "pace", "wait": 37_000}


def test_a_photo_that_never_arrives_whole_is_shown_after_three_tries(page):
    found = run(
        page,
        """
        const torn = () => ({ throws: { status: 422, code: "photo_hash" } });
        const one = stage([row("wayan", { ktp: "a" })], { a: [torn(), torn(), torn()] });
        const states = [];
        for (let each = 0; each < 3; each += 1) {
          await one.send();
          states.push(one.rows[0].state);
          one.later(3_600_000);
        }
        return states;
        """,
    )

    assert found == ["waiting", "waiting", "attention"]


def test_a_batch_is_gone_when_the_server_names_it(page):
    found = run(
        page,
        """
        const one = stage([{ ...row("berkas"), kind: "batch", body: {} }], {});
        await one.send();
        return { log: one.log, left: one.rows.length };
        """,
    )

    assert found == {"log": ["batch berkas", "kept berkas"], "left": 0}


def test_a_later_revision_waits_for_the_earlier_one_and_a_batch_for_its_workers(page):
    found = run(
        page,
        """
        const { due } = await import("/phone/outbox.js");
        const item = (sequence, id, more = {}) =>
          ({ sequence, id, kind: "registration", state: "waiting", next_at: 0, ...more });
        const batch = item(4, "berkas", { kind: "batch", registrations: ["wayan", "sari"] });
        const told = (rows) => due(rows, 100).map((each) => each.sequence);
        return {
          both: told([item(1, "wayan"), item(2, "sari"), item(3, "wayan"), batch]),
          paused: told([item(1, "wayan", { next_at: 101 }), item(3, "wayan"), batch]),
          refused: told([item(1, "wayan", { state: "attention" }), item(3, "wayan"), batch]),
          alone: told([batch]),
          brought: told([batch, item("x/1", "x", { kind: "rescued" })]),
        };
        """,
    )

    assert found == {
        "both": [1, 2],
        "paused": [],
        "refused": [3],
        "alone": [4],
        "brought": ["x/1", 4],
    }
