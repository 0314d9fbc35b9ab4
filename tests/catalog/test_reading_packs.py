"""Packs are data with a strict schema; what does not fit is refused with file and field."""

import shutil

import pytest
import yaml

from guildhall.verticals.reading import FOLDER, NIGHT, PAPER, PackError, contrast, pack_names, read_file, read_pack


@pytest.fixture
def av(tmp_path):
    """A copy of the AV pack's data, and a function that reads it back after a change."""
    folder = tmp_path / "verticals" / "av"
    folder.mkdir(parents=True)
    shutil.copy(FOLDER / "av" / "pack.yaml", folder)
    data = yaml.safe_load((folder / "pack.yaml").read_text())

    def read():
        (folder / "pack.yaml").write_text(yaml.safe_dump(data))
        return read_file(folder / "pack.yaml")

    return data, read


def test_three_packs_ship():
    assert pack_names() == ["av", "cleaning", "home"]


@pytest.mark.parametrize("name", pack_names())
def test_a_pack_that_ships_is_whole(name):
    pack = read_pack(name)

    assert pack.key == name
    assert 4 <= len(pack.categories) <= 8
    assert all(len(category.jobs) >= 3 for category in pack.categories)
    assert [city.key for city in pack.cities] == ["san-diego", "los-angeles"]
    assert contrast(pack.branding.accent, PAPER) >= 4.5
    assert contrast(pack.branding.accent_dark, NIGHT) >= 4.5


@pytest.mark.parametrize("name", pack_names())
def test_a_higher_tier_is_never_cheaper(name):
    pack = read_pack(name)

    for category in pack.categories:
        hourly = [category.rates[tier.key].hourly_minor for tier in pack.tiers]
        assert hourly == sorted(hourly, reverse=True), category.key


def test_packs_share_no_category_and_no_job_so_a_database_may_change_its_vertical():
    packs = [read_pack(name) for name in pack_names()]
    categories = [category.key for pack in packs for category in pack.categories]
    jobs = [job.key for pack in packs for category in pack.categories for job in category.jobs]

    assert len(set(categories)) == len(categories)
    assert len(set(jobs)) == len(jobs)


def test_av_has_the_tiers_categories_and_words_of_its_trade():
    pack = read_pack("av")

    assert [tier.label for tier in pack.tiers] == ["Expert", "Intermediate", "Beginner"]
    assert [category.name for category in pack.categories] == ["Audio", "Video", "Control", "Other"]
    assert (pack.words.provider, pack.words.providers, pack.words.activation_code) == ("Hero", "Heroes", "Hero code")


def test_an_unknown_pack_is_refused_with_the_names_there_are():
    with pytest.raises(PackError, match=r"no vertical 'boats'; there are: av, cleaning, home\."):
        read_pack("boats")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda av: av["words"].pop("provider"), "words.provider: Field required"),
        (lambda av: av.update(wrods={}), "wrods: Extra inputs are not permitted"),
        (
            lambda av: av["categories"][0]["rates"]["expert"].update(hourly_minor="13500"),
            "categories.0.rates.expert.hourly_minor: Input should be a valid integer",
        ),
        (
            lambda av: av["categories"][0]["rates"].pop("beginner"),
            "categories.audio.rates must name each tier once: beginner",
        ),
        (
            lambda av: av["categories"][1]["jobs"][0].update(minutes_from=500),
            "categories.1.jobs.0: minutes_from must not exceed minutes_to",
        ),
        (
            lambda av: av["categories"][1]["jobs"][0].update(minutes_to=721),
            "jobs.tv-mounting must last between 30 and 720 minutes",
        ),
        (lambda av: av["categories"][1].update(key="audio"), "categories: key used twice: audio"),
        (lambda av: av["categories"][1].update(key="Video!"), "categories.1.key: String should match pattern"),
        (lambda av: av["cities"][0].update(time_zone="Mars/Olympus"), "cities.0: there is no time zone 'Mars/Olympus'"),
        (
            lambda av: av["cities"][0].update(latitude=91.0),
            "cities.0.latitude: Input should be less than or equal to 90",
        ),
        (lambda av: av["branding"].update(accent="#a5b4fc"), "branding.accent: #a5b4fc on #ffffff has a contrast of "),
        (lambda av: av.update(currency="EUR"), "policies.money.currency must be EUR, as the rates are"),
        (
            lambda av: av.update(policies={"booking": {"contest_hours": 0}}),
            "policies.booking.contest_hours: Input should be greater than or equal to 1",
        ),
    ],
)
def test_what_does_not_fit_is_named_by_file_and_field(av, change, complaint):
    data, read = av
    change(data)

    with pytest.raises(PackError) as refusal:
        read()

    assert f"verticals/av/pack.yaml: {complaint}" in str(refusal.value)


def test_a_key_written_twice_is_refused_where_yaml_would_take_the_last(tmp_path):
    path = tmp_path / "verticals" / "av" / "pack.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("key: av\nname: One\nname: Two\n")

    with pytest.raises(PackError, match="key used twice: name"):
        read_file(path)


def test_white_on_black_is_the_greatest_contrast():
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
