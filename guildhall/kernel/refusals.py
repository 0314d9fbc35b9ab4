"""A refusal: the answer to somebody who asks for what cannot be had."""

from typing import Any, ClassVar


class Refused(Exception):
    """
    A command said no, and nothing changed.

    `code` is stable and machine-readable, `status` the HTTP status of the edge, `detail` one sentence a person can
    act on. `extra` members are shown beside them (allowed statuses, the two readings of an ambiguous time, ...).
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    default_detail: ClassVar[str] = "This cannot be done now."

    def __init__(self, detail: str = "", **extra: Any) -> None:
        self.detail = detail or self.default_detail
        self.extra = extra
        super().__init__(self.detail)


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
