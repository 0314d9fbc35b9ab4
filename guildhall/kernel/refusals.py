"""A refusal: the answer to somebody who asks for what cannot be had."""

from collections.abc import Callable
from typing import Any, ClassVar


class Refused(Exception):
    """
    A command said no, and nothing changed.

    `code` is stable and machine-readable, `status` the HTTP status of the edge, `detail` one sentence a person can
    act on. `extra` members are shown beside them (allowed statuses, the two readings of an ambiguous time, ...).
    A `default_detail` may name them: `%(hours)g h`. `leaves_trace` is for tries that are counted: what was written
    before the refusal stays (`kernel.traces`), and the command writes nothing else then.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    default_detail: ClassVar[str] = "This cannot be done now."
    leaves_trace: ClassVar[bool] = False

    def __init__(self, detail: str = "", **extra: Any) -> None:
        self._own = detail
        self.extra = extra
        self.detail = self.said(str)
        super().__init__(self.detail)

    def said(self, translate: Callable[[str], str]) -> str:
        """Give the sentence by way of `translate`, which gets it before its figures stand in it."""
        if self._own or "%(" not in self.default_detail:
            return translate(self._own or self.default_detail)
        return translate(self.default_detail) % self.extra

    def fields_said(self, translate: Callable[[str], str]) -> list[dict[str, Any]]:
        """Give what is wrong field by field (`field`, `detail`, ...), said by way of `translate` likewise."""
        whole = {self.detail: self.said(translate)}
        return [
            {**error, "detail": whole.get(detail) or translate(detail)} if (detail := error.get("detail")) else error
            for error in self.extra.get("errors", [])
        ]


class NotFound(Refused):
    """The object does not exist, or is not in the asker's scope: the answer is the same."""

    code = "not_found"
    status = 404
    default_detail = "There is nothing here by that name."


class NotAllowed(Refused):
    """The asker's role may not use this function."""

    code = "not_allowed"
    status = 403
    default_detail = "Your account may not do this."


class Invalid(Refused):
    """The request is well formed, and a rule of the business forbids it."""

    code = "invalid"
    status = 422
    default_detail = "This request does not make sense."


class DoesNotExist(Refused):
    """The request names an object that is absent or not the asker's."""

    code = "does_not_exist"
    status = 400
    default_detail = "The request names something that does not exist."
