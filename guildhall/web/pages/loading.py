"""Where templates come from: the folders of the applications as they were when the process began."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from django.template import Engine, Origin, TemplateDoesNotExist
from django.template.loaders.filesystem import Loader as FilesystemLoader
from django.template.utils import get_app_template_dirs


def keep_templates() -> None:
    """
    Read every template's source now; each is compiled when it is first used.

    Code is loaded once, and Django reads a template when it is first used: in a checkout that changes below a running system, a new
    template would meet the old code, and a page be broken until the next start.
    """
    for folder in get_app_template_dirs("templates"):
        _sources(Path(folder))


class Loader(FilesystemLoader):
    """Gives what `keep_templates` read of the applications' folders, or of `dirs`."""

    def __init__(self, engine: Engine, dirs: Sequence[str | Path] | None = None) -> None:
        super().__init__(engine, list(dirs or get_app_template_dirs("templates")))

    def get_contents(self, origin: Origin) -> str:
        """
        Give the source of a template.

        :raises TemplateDoesNotExist: it did not when the process began.
        """
        folder = origin.name.removesuffix(str(origin.template_name))
        try:
            return _sources(Path(folder))[str(origin.template_name)]
        except KeyError:
            raise TemplateDoesNotExist(origin) from None


@cache
def _sources(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8")
        for file in folder.rglob("*")
        if file.is_file()
    }
