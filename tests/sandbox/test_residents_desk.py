"""Between the residents' process and their page."""


def test_what_is_wanted_is_kept_and_told_with_every_report(sandbox):
    assert sandbox.http.get("/sandbox/residents").json()["is_there"] is False

    changed = sandbox.http.post("/sandbox/residents", data={"paused": "true"})
    sandbox.http.post("/sandbox/residents", json={"speed": 60})
    told = sandbox.http.post(
        "/sandbox/residents/report", json={"people": 7, "done": {"accepted": 2}, "last": "accepted: b"}
    )

    assert changed.status_code == 303
    assert told.json() == {"paused": True, "speed": 60.0}
    shown = sandbox.http.get("/sandbox/residents").json()
    assert (shown["people"], shown["is_there"], shown["paused"]) == (7, True, True)
    page = sandbox.http.get("/sandbox/residents", headers={"accept": "text/html"}).text
    assert "Resting." in page
    assert "<b>2</b> accepted" in page
    sandbox.http.post("/sandbox/residents", json={"paused": False, "speed": 12})


def test_what_cannot_be_wanted_changes_nothing(sandbox):
    before = sandbox.http.get("/sandbox/residents").json()

    for wish in ({"speed": 0}, {"speed": 1e9}, {"paused": "perhaps"}, {"more": 1}):
        assert sandbox.http.post("/sandbox/residents", json=wish).status_code == 400

    assert sandbox.http.get("/sandbox/residents").json() == before


def test_a_failure_is_ordered_on_its_page(sandbox):
    answer = sandbox.http.post(
        "/sandbox/faults", data={"vendor": "stripe", "action": "delay", "times": "2", "seconds": "3"}
    )

    assert answer.status_code == 303
    armed = sandbox.http.get("/sandbox/faults").json()["faults"]
    assert [(one["vendor"], one["action"], one["left"], one["seconds"]) for one in armed] == [
        ("stripe", "delay", 2, 3.0)
    ]


def test_a_store_that_was_used_has_no_past_and_a_step_must_be_one(sandbox):
    sandbox.http.post("/2010-04-01/Accounts/x/Messages.json")

    assert sandbox.http.post("/sandbox/past", json={"offset_seconds": 5}).status_code == 400
    assert sandbox.http.post("/sandbox/past", json={"to": "then"}).status_code == 400
