"""A build leaves what a running system still names."""

import os
from pathlib import Path

from guildhall.cli.frontend import keep_retired


def build(folder: Path, *names: str) -> Path:
    """What a build leaves: files by the names that the manifest tells."""
    (folder / "assets").mkdir(parents=True)
    (folder / "manifest.json").write_text(" ".join(f"assets/{name}" for name in names))
    for name in names:
        (folder / "assets" / name).write_text(folder.name)
    return folder


def test_what_earlier_builds_served_stays_for_a_month_and_no_longer(tmp_path):
    first = build(tmp_path / "first", "app-1.css", "app-1.css.br", "same.js")
    for file in (first / "assets").iterdir():
        os.utime(file, (0, 0))  # Built long ago, and served until now.
    second = build(tmp_path / "second", "app-2.css", "same.js")
    keep_retired(first, second)
    third = build(tmp_path / "third", "app-3.css", "same.js")
    keep_retired(second, third)

    files = {file.name: file.read_text() for file in (third / "assets").iterdir()}
    assert files == {
        "app-1.css": "first",
        "app-1.css.br": "first",
        "app-2.css": "second",
        "app-3.css": "third",
        "same.js": "third",
    }
    os.utime(third / "assets" / "app-1.css", (0, 0))
    fourth = build(tmp_path / "fourth", "app-4.css")
    keep_retired(third, fourth)
    assert not (fourth / "assets" / "app-1.css").exists()
    assert (fourth / "assets" / "app-2.css").exists()
    keep_retired(tmp_path / "none", fourth)
