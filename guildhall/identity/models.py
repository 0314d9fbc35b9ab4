"""Tables of identity."""

from typing import Self, cast
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Upper

from guildhall.identity.types import CodePurpose, ConsentKind, Role, Scope, SignInMethod
from guildhall.kernel.actors import Kind
from guildhall.kernel.ids import new_id
from guildhall.kernel.refusals import NotFound


class Account(AbstractBaseUser):
    """Who signs in. `email` is as its owner writes it; `email_key` (NFKC, case folded) is what makes two alike."""

    id = models.UUIDField(primary_key=True, default=new_id)
    email = models.TextField()
    email_key = models.TextField(unique=True)
    role = models.TextField()
    first_name = models.TextField(default="")
    last_name = models.TextField(default="")
    phone_number = models.TextField(default="")
    language = models.TextField(default="en")
    created_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)
    token_version = models.IntegerField(default=1)
    version = models.IntegerField(default=0)

    objects = BaseUserManager["Account"]()

    USERNAME_FIELD = "email_key"
    EMAIL_FIELD = "email"

    class Meta:
        db_table = "identity_account"
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]), name="identity_account_role_is_known"
            ),
            models.CheckConstraint(
                condition=Q(phone_number="") | Q(phone_number__regex=r"^\+[1-9][0-9]{6,14}$"),
                name="identity_phone_number_is_e164",
            ),
        ]
        indexes = [
            models.Index(fields=["phone_number"], name="identity_account_by_phone", condition=~Q(phone_number="")),
            # What operators type: the beginning of a name, written anyhow, or a part of a number.
            GinIndex(
                OpClass(Upper("first_name"), name="gin_trgm_ops"),
                OpClass(Upper("last_name"), name="gin_trgm_ops"),
                OpClass("phone_number", name="gin_trgm_ops"),
                name="identity_account_by_words",
            ),
        ]

    @property
    def actor_kind(self) -> Kind:
        """What the account's owner is when they act."""
        return cast("Kind", self.role)

    @classmethod
    def locked(cls, account_id: UUID) -> Self:
        """
        Give an account and hold its row until the transaction ends.

        :raises NotFound: no such account.
        """
        account = cls.objects.select_for_update().filter(id=account_id).first()
        if account is None:
            raise NotFound
        return account

    @classmethod
    def advance(cls, account_id: UUID) -> int:
        """
        Count one more fact of the account, hold its row, and give the fact's version.

        :raises NotFound: no such account.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "update identity_account set version = version + 1 where id = %s returning version", [account_id]
            )
            row = cursor.fetchone()
        if row is None:
            raise NotFound
        return int(row[0])


class OperatorScope(models.Model):
    """One thing an operator may act on."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    scope = models.TextField()

    class Meta:
        db_table = "identity_operator_scope"
        constraints = [
            models.UniqueConstraint(fields=["account", "scope"], name="identity_scope_once"),
            models.CheckConstraint(
                condition=Q(scope__in=[scope.value for scope in Scope]), name="identity_scope_is_known"
            ),
        ]


class OneTimeCode(models.Model):
    """A six-digit code: a try is checked against `digest` (keyed), the mail is written from `sealed` (encrypted)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    purpose = models.TextField()
    digest = models.BinaryField()
    sealed = models.BinaryField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_one_time_code"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "purpose"], condition=Q(closed_at=None), name="identity_one_open_code"
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=[purpose.value for purpose in CodePurpose]),
                name="identity_code_purpose_is_known",
            ),
            models.CheckConstraint(condition=Q(tries__gte=0, tries__lte=5), name="identity_code_tries_at_most_five"),
        ]
        indexes = [models.Index(fields=["account", "made_at"], name="identity_codes_of_account")]


class RefreshFamily(models.Model):
    """One sign-in on one device: every refresh token that descends from it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_refresh_family"
        indexes = [models.Index(fields=["account"], name="identity_families_of_account", condition=Q(revoked_at=None))]


class RefreshToken(models.Model):
    """One refresh token, known by its keyed hash only; used once."""

    digest = models.BinaryField(primary_key=True)
    family = models.ForeignKey(RefreshFamily, on_delete=models.CASCADE, related_name="+")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_refresh_token"
        constraints = [
            models.UniqueConstraint(
                fields=["family"], condition=Q(used_at=None), name="identity_one_live_token_per_family"
            )
        ]


class BrowserSession(models.Model):
    """One sign-in in one browser. Its cookie holds a token known here by its keyed hash only; its ages are real time."""

    id = models.UUIDField(primary_key=True, default=new_id)
    digest = models.BinaryField(unique=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    token_version = models.IntegerField()
    method = models.TextField()
    device = models.TextField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_browser_session"
        constraints = [
            models.CheckConstraint(
                condition=Q(method__in=[method.value for method in SignInMethod]),
                name="identity_sign_in_method_is_known",
            )
        ]
        indexes = [models.Index(fields=["account"], name="identity_browsers_of_account", condition=Q(revoked_at=None))]


class Passkey(models.Model):
    """A public key whose private half lies in somebody's device. `sign_count` stays 0 for keys that are synchronised."""

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    credential_id = models.BinaryField(unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField()
    label = models.TextField()
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_passkey"
        indexes = [models.Index(fields=["account"], name="identity_passkeys_of_account")]


class PasskeyQuestion(models.Model):
    """A challenge that one browser may sign once, within minutes; `account` when it is to add a passkey."""

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="+")
    challenge = models.BinaryField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "identity_passkey_question"
        indexes = [models.Index(fields=["expires_at"], name="identity_question_age")]


class Throttle(models.Model):
    """How often something was tried since `began_at`; `key` is a keyed hash, so that the table names nobody."""

    kind = models.TextField()
    key = models.TextField()
    began_at = models.DateTimeField()
    tries = models.IntegerField()

    class Meta:
        db_table = "identity_throttle"
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="identity_one_throttle_per_key")]


class Consent(models.Model):
    """What somebody agreed to or took back, in which words and where. Rows are only added; the latest counts."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField()
    is_given = models.BooleanField()
    text_version = models.TextField()
    channel = models.TextField()
    actor = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "identity_consent"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in ConsentKind]), name="identity_consent_kind_is_known"
            )
        ]
        indexes = [models.Index(fields=["account", "kind", "-id"], name="identity_latest_consent")]
