"""Tables of notifications. A message holds ids and amounts; words, names and addresses are put together when it is sent."""

from typing import Any

from django.db import models
from django.db.models import Q

from guildhall.kernel.ids import new_id
from guildhall.kernel.moves import Move
from guildhall.notifications.types import Channel, MessageStatus

_LEFT_US = [MessageStatus.SENT.value, MessageStatus.DELIVERED.value]


class OutgoingMessage(models.Model):
    """
    One person told of one fact by one channel.

    `facts` are the members of the fact. `topic` joins facts that deserve one message together (all parts of a payout).
    `queued_at`, `expires_at`, `postponed_until`, `first_tried_at` and `sent_at` are the clock's; `next_try_at` is real time, null when
    a timer or a person wakes the message.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    event_seq = models.BigIntegerField()
    event_name = models.TextField()
    recipient = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    role = models.TextField()
    channel = models.TextField()
    template = models.TextField()
    topic = models.TextField(default="")
    is_time_critical = models.BooleanField()
    reference = models.TextField(default="")
    facts = models.JSONField(default=dict)
    status = models.TextField(default=MessageStatus.QUEUED)
    reason = models.TextField(default="")
    attempts = models.IntegerField(default=0)
    has_consent = models.BooleanField(default=False)
    vendor_ref = models.TextField(default="")
    queued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    postponed_until = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    first_tried_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notifications_outgoing_message"
        constraints = [
            models.UniqueConstraint(
                fields=["event_seq", "recipient", "channel", "template"], name="notifications_told_once"
            ),
            models.UniqueConstraint(
                fields=["topic", "recipient", "channel", "template"],
                condition=~Q(topic=""),
                name="notifications_topic_told_once",
            ),
            models.UniqueConstraint(
                fields=["vendor_ref"], condition=~Q(vendor_ref=""), name="notifications_vendor_ref"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in MessageStatus]), name="notifications_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=[channel.value for channel in Channel]), name="notifications_channel_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(channel="sms", status__in=["sending", *_LEFT_US]) | Q(has_consent=True),
                name="notifications_no_text_message_without_consent",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=_LEFT_US) | (Q(sent_at__isnull=False) & ~Q(vendor_ref="")),
                name="notifications_sent_has_proof",
            ),
        ]
        indexes = [
            models.Index(fields=["reference", "queued_at"], name="notifications_log", condition=~Q(reference="")),
            models.Index(
                fields=["next_try_at"],
                name="notifications_unsent",
                condition=Q(status__in=["queued", "sending", "postponed"]),
            ),
            models.Index(
                fields=["status"], name="notifications_given_up", condition=Q(status__in=["dropped", "failed"])
            ),
        ]

    def move(self, move: Move, **values: Any) -> None:
        """Go along an arrow and set what goes with it, or raise `MoveRefused` when the arrow does not leave from here."""
        rows = OutgoingMessage.objects.filter(id=self.id, status__in=move.sources)
        if not rows.update(status=move.target, **values):
            raise move.refusal(self.status)
        self.refresh_from_db()


class InboxItem(models.Model):
    """One person told of one fact in the application. Words, names and addresses are put together when it is looked at."""

    id = models.UUIDField(primary_key=True, default=new_id)
    event_seq = models.BigIntegerField()
    event_name = models.TextField()
    recipient = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    role = models.TextField()
    template = models.TextField()
    topic = models.TextField(default="")
    reference = models.TextField(default="")
    facts = models.JSONField(default=dict)
    told_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notifications_inbox_item"
        constraints = [
            models.UniqueConstraint(fields=["event_seq", "recipient", "template"], name="notifications_in_inbox_once"),
            models.UniqueConstraint(
                fields=["topic", "recipient", "template"],
                condition=~Q(topic=""),
                name="notifications_topic_in_inbox_once",
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-told_at", "-id"], name="notifications_inbox_of"),
            models.Index(fields=["recipient"], name="notifications_unread", condition=Q(read_at__isnull=True)),
        ]


class FeedHead(models.Model):
    """The last position in a person's feed; its row is the lock that keeps positions dense and in order."""

    account = models.OneToOneField("identity.Account", on_delete=models.PROTECT, primary_key=True, related_name="+")
    position = models.BigIntegerField()

    class Meta:
        db_table = "notifications_feed_head"


class FeedRow(models.Model):
    """A fact that a person may see: what kind, about what, and public ids; positions are dense from 1 for each person."""

    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+", db_index=False)
    position = models.BigIntegerField()
    event_seq = models.BigIntegerField()
    kind = models.TextField()
    reference = models.TextField(default="")
    ids = models.JSONField(default=dict)
    told_at = models.DateTimeField()

    class Meta:
        db_table = "notifications_feed_row"
        constraints = [
            models.UniqueConstraint(fields=["account", "position"], name="notifications_feed_position"),
            models.UniqueConstraint(fields=["account", "event_seq"], name="notifications_in_feed_once"),
        ]


class SmsReport(models.Model):
    """What the vendor told about a text message; it may come before we have written down its id."""

    sid = models.TextField()
    status = models.TextField()
    error_code = models.TextField(default="")
    reported_at = models.DateTimeField()

    class Meta:
        db_table = "notifications_sms_report"
        constraints = [models.UniqueConstraint(fields=["sid", "status"], name="notifications_report_once")]
