"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models import sealing

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_user",
        sa.Column("username", sa.String(length=150), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("first_name", sa.String(length=150), nullable=False),
        sa.Column("last_name", sa.String(length=150), nullable=False),
        sa.Column(
            "updated_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_user")),
        sa.UniqueConstraint("username", name=op.f("uq_calendar_user_username")),
    )
    op.create_table(
        "gateway",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("gateways", sa.String(length=500), nullable=False),
        sa.Column("addprefix", sa.String(length=60), nullable=False),
        sa.Column("removeprefix", sa.String(length=60), nullable=False),
        sa.Column("originate_dial_string", sa.String(length=500), nullable=False),
        sa.Column("gateway_codecs", sa.String(length=500), nullable=False),
        sa.Column("gateway_timeouts", sa.Integer(), nullable=True),
        sa.Column("maximum_call", sa.Integer(), nullable=False),
        sa.Column("calls_per_second", sa.Float(), nullable=False),
        sa.Column("failover_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column(
            "updated_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("calls_per_second >= 0", name=op.f("ck_gateway_calls_per_second_at_least_0")),
        sa.CheckConstraint(
            "failover_id IS NULL OR failover_id <> id", name=op.f("ck_gateway_failover_is_another")
        ),
        sa.CheckConstraint("maximum_call >= 0", name=op.f("ck_gateway_maximum_call_at_least_0")),
        sa.CheckConstraint("status IN (0, 1)", name=op.f("ck_gateway_status_known")),
        sa.ForeignKeyConstraint(
            ["failover_id"], ["gateway.id"], name=op.f("fk_gateway_failover_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway")),
        sa.UniqueConstraint("name", name=op.f("uq_gateway_name")),
    )
    with op.batch_alter_table("gateway", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gateway_failover_id"), ["failover_id"], unique=False)

    op.create_table(
        "mail_template",
        sa.Column("label", sa.String(length=75), nullable=False),
        sa.Column("template_key", sa.String(length=30), nullable=False),
        sa.Column("from_email", sa.String(length=254), nullable=False),
        sa.Column("from_name", sa.String(length=75), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("message_plaintext", sa.Text(), nullable=False),
        sa.Column("message_html", sa.Text(), nullable=False),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_template")),
        sa.UniqueConstraint("template_key", name=op.f("uq_mail_template_template_key")),
    )
    op.create_table(
        "rule",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("frequency", sa.String(length=32), nullable=False),
        sa.Column("params", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "frequency IN ('YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY')",
            name=op.f("ck_rule_frequency_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule")),
        sa.UniqueConstraint("name", name=op.f("uq_rule_name")),
    )
    op.create_table(
        "sms_gateway",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=128), nullable=False),
        sa.Column("token", sa.String(length=255), nullable=False),
        sa.Column("sender", sa.String(length=75), nullable=False),
        sa.Column("base_url", sa.String(length=500), nullable=False),
        sa.Column(
            "config",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=True,
        ),
        sa.Column("messages_per_second", sa.Float(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column(
            "updated_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('log', 'twilio', 'http')", name=op.f("ck_sms_gateway_kind_known")),
        sa.CheckConstraint(
            "messages_per_second >= 0", name=op.f("ck_sms_gateway_messages_per_second_at_least_0")
        ),
        sa.CheckConstraint("status IN (0, 1)", name=op.f("ck_sms_gateway_status_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_gateway")),
        sa.UniqueConstraint("name", name=op.f("uq_sms_gateway_name")),
    )
    op.create_table(
        "sms_template",
        sa.Column("label", sa.String(length=75), nullable=False),
        sa.Column("template_key", sa.String(length=30), nullable=False),
        sa.Column("sender_phonenumber", sa.String(length=75), nullable=False),
        sa.Column("sms_text", sa.String(length=500), nullable=False),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_template")),
        sa.UniqueConstraint("template_key", name=op.f("uq_sms_template_template_key")),
    )
    op.create_table(
        "user_account",
        sa.Column("username", sa.String(length=150), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("first_name", sa.String(length=150), nullable=False),
        sa.Column("last_name", sa.String(length=150), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_superuser", sa.Boolean(), nullable=False),
        sa.Column("last_login", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "updated_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("username", name=op.f("uq_user_account_username")),
    )
    op.create_table(
        "audio_file",
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column("path", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_audio_file_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audio_file")),
        sa.UniqueConstraint("path", name=op.f("uq_audio_file_path")),
    )
    with op.batch_alter_table("audio_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audio_file_user_id"), ["user_id"], unique=False)

    op.create_table(
        "calendar",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("max_concurrent", sa.Integer(), nullable=False),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("max_concurrent >= 0", name=op.f("ck_calendar_max_concurrent_at_least_0")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["calendar_user.id"], name=op.f("fk_calendar_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar")),
    )
    with op.batch_alter_table("calendar", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_user_id"), ["user_id"], unique=False)

    op.create_table(
        "dnc_list",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "updated_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_dnc_list_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dnc_list")),
    )
    with op.batch_alter_table("dnc_list", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dnc_list_user_id"), ["user_id"], unique=False)

    op.create_table(
        "survey_template",
        sa.Column("name", sa.String(length=90), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("tts_language", sa.String(length=10), nullable=False),
        sa.Column("voice", sa.String(length=80), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "updated_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_survey_template_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_template")),
    )
    with op.batch_alter_table("survey_template", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_survey_template_user_id"), ["user_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("creator_id", sa.Integer(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_recurring_period", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("notify_count", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column(
            "data",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=True,
        ),
        sa.Column("parent_event_id", sa.Integer(), nullable=True),
        sa.Column("occ_count", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint('"end" >= start', name=op.f("ck_event_ends_after_start")),
        sa.CheckConstraint("occ_count >= 0", name=op.f("ck_event_occ_count_at_least_0")),
        sa.CheckConstraint("status IN (1, 2, 3)", name=op.f("ck_event_status_known")),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendar.id"], name=op.f("fk_event_calendar_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["calendar_user.id"], name=op.f("fk_event_creator_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["parent_event_id"], ["event.id"], name=op.f("fk_event_parent_event_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["rule.id"], name=op.f("fk_event_rule_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("parent_event_id", "occ_count", name=op.f("uq_event_parent_event_id_occ_count")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_calendar_id"), ["calendar_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_creator_id"), ["creator_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_rule_id"), ["rule_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_start"), ["start"], unique=False)

    op.create_table(
        "section_template",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=500), nullable=False),
        sa.Column("script", sa.String(length=1000), nullable=True),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("timeout", sa.Integer(), nullable=False),
        sa.Column("key_0", sa.String(length=100), nullable=True),
        sa.Column("key_1", sa.String(length=100), nullable=True),
        sa.Column("key_2", sa.String(length=100), nullable=True),
        sa.Column("key_3", sa.String(length=100), nullable=True),
        sa.Column("key_4", sa.String(length=100), nullable=True),
        sa.Column("key_5", sa.String(length=100), nullable=True),
        sa.Column("key_6", sa.String(length=100), nullable=True),
        sa.Column("key_7", sa.String(length=100), nullable=True),
        sa.Column("key_8", sa.String(length=100), nullable=True),
        sa.Column("key_9", sa.String(length=100), nullable=True),
        sa.Column("rating_laps", sa.Integer(), nullable=False),
        sa.Column("validate_number", sa.Boolean(), nullable=False),
        sa.Column("number_digits", sa.Integer(), nullable=False),
        sa.Column("min_number", sa.BigInteger(), nullable=True),
        sa.Column("max_number", sa.BigInteger(), nullable=True),
        sa.Column("record_limit", sa.Integer(), nullable=False),
        sa.Column("record_silence", sa.Integer(), nullable=False),
        sa.Column("phonenumber", sa.String(length=50), nullable=True),
        sa.Column("confirm_script", sa.String(length=1000), nullable=True),
        sa.Column("confirm_key", sa.String(length=1), nullable=True),
        sa.Column("conference", sa.String(length=50), nullable=True),
        sa.Column("sms_text", sa.String(length=500), nullable=True),
        sa.Column("completed", sa.Boolean(), nullable=False),
        sa.Column("audiofile_id", sa.Integer(), nullable=True),
        sa.Column("invalid_audiofile_id", sa.Integer(), nullable=True),
        sa.Column(
            "updated_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "min_number IS NULL OR max_number IS NULL OR min_number <= max_number",
            name=op.f("ck_section_template_range"),
        ),
        sa.CheckConstraint("number_digits >= 1", name=op.f("ck_section_template_number_digits_at_least_1")),
        sa.CheckConstraint("rating_laps >= 1", name=op.f("ck_section_template_rating_laps_at_least_1")),
        sa.CheckConstraint("record_limit >= 1", name=op.f("ck_section_template_record_limit_at_least_1")),
        sa.CheckConstraint("record_silence >= 1", name=op.f("ck_section_template_record_silence_at_least_1")),
        sa.CheckConstraint("retries >= 0", name=op.f("ck_section_template_retries_at_least_0")),
        sa.CheckConstraint("timeout >= 0", name=op.f("ck_section_template_timeout_at_least_0")),
        sa.CheckConstraint(
            "type IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)", name=op.f("ck_section_template_type_known")
        ),
        sa.ForeignKeyConstraint(
            ["audiofile_id"],
            ["audio_file.id"],
            name=op.f("fk_section_template_audiofile_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["invalid_audiofile_id"],
            ["audio_file.id"],
            name=op.f("fk_section_template_invalid_audiofile_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["survey_template.id"],
            name=op.f("fk_section_template_survey_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section_template")),
    )
    with op.batch_alter_table("section_template", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_section_template_audiofile_id"), ["audiofile_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_section_template_invalid_audiofile_id"), ["invalid_audiofile_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_section_template_survey_id"), ["survey_id"], unique=False)

    op.create_table(
        "survey",
        sa.Column("template_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("name", sa.String(length=90), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("tts_language", sa.String(length=10), nullable=False),
        sa.Column("voice", sa.String(length=80), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"], ["survey_template.id"], name=op.f("fk_survey_template_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_survey_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("template_id", "version", name=op.f("uq_survey_template_id_version")),
    )
    with op.batch_alter_table("survey", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_survey_user_id"), ["user_id"], unique=False)

    op.create_table(
        "alarm",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.Integer(), nullable=False),
        sa.Column("date_start_notice", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alarm_phonenumber", sa.String(length=50), nullable=True),
        sa.Column("alarm_email", sa.String(length=254), nullable=True),
        sa.Column("daily_start", sa.Time(), nullable=False),
        sa.Column("daily_stop", sa.Time(), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=True),
        sa.Column("advance_notice", sa.Integer(), nullable=False),
        sa.Column("maxretry", sa.Integer(), nullable=False),
        sa.Column("retry_delay", sa.Integer(), nullable=False),
        sa.Column("num_attempt", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=True),
        sa.Column("sms_template_id", sa.Integer(), nullable=True),
        sa.Column("mail_template_id", sa.Integer(), nullable=True),
        sa.Column("phonenumber_sms_failure", sa.String(length=50), nullable=True),
        sa.Column("phonenumber_transfer", sa.String(length=50), nullable=True),
        sa.Column("url_cancel", sa.String(length=250), nullable=True),
        sa.Column("url_confirm", sa.String(length=250), nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("result", sa.Integer(), nullable=False),
        sa.Column("result_label", sa.String(length=100), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=64), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "updated_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('answered', 'busy', 'no_answer', 'rejected', 'unallocated', 'congestion', 'gateway_down', 'machine', 'hung_up_early', 'lost', 'cancelled', 'expired', 'invalid', 'sent', 'message_failed', 'failed')",
            name=op.f("ck_alarm_outcome_known"),
        ),
        sa.CheckConstraint(
            "(claimed_by IS NULL) = (claimed_until IS NULL)", name=op.f("ck_alarm_lease_is_whole")
        ),
        sa.CheckConstraint("advance_notice >= 0", name=op.f("ck_alarm_advance_notice_at_least_0")),
        sa.CheckConstraint("due_at IS NULL OR status IN (1, 2, 4)", name=op.f("ck_alarm_ended_is_not_due")),
        sa.CheckConstraint("maxretry >= 0", name=op.f("ck_alarm_maxretry_at_least_0")),
        sa.CheckConstraint("method IN (1, 2, 3)", name=op.f("ck_alarm_method_known")),
        sa.CheckConstraint("num_attempt >= 0", name=op.f("ck_alarm_num_attempt_at_least_0")),
        sa.CheckConstraint("result >= 0", name=op.f("ck_alarm_result_at_least_0")),
        sa.CheckConstraint("retry_delay >= 0", name=op.f("ck_alarm_retry_delay_at_least_0")),
        sa.CheckConstraint("status IN (1, 2, 3, 4, 5)", name=op.f("ck_alarm_status_known")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_alarm_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["mail_template_id"],
            ["mail_template.id"],
            name=op.f("fk_alarm_mail_template_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["sms_template_id"],
            ["sms_template.id"],
            name=op.f("fk_alarm_sms_template_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_alarm_survey_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    with op.batch_alter_table("alarm", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alarm_alarm_phonenumber"), ["alarm_phonenumber"], unique=False)
        batch_op.create_index(
            "ix_alarm_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_alarm_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            "ix_alarm_lease",
            ["claimed_until"],
            unique=False,
            sqlite_where=sa.text("claimed_until IS NOT NULL"),
            postgresql_where=sa.text("claimed_until IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_alarm_mail_template_id"), ["mail_template_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alarm_sms_template_id"), ["sms_template_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alarm_survey_id"), ["survey_id"], unique=False)

    op.create_table(
        "branching_template",
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("keys", sa.String(length=150), nullable=False),
        sa.Column("goto_id", sa.Integer(), nullable=True),
        sa.Column(
            "updated_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["goto_id"],
            ["section_template.id"],
            name=op.f("fk_branching_template_goto_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["section_template.id"],
            name=op.f("fk_branching_template_section_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branching_template")),
        sa.UniqueConstraint("section_id", "keys", name=op.f("uq_branching_template_section_id_keys")),
    )
    with op.batch_alter_table("branching_template", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_branching_template_goto_id"), ["goto_id"], unique=False)

    op.create_table(
        "calendar_setting",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("callerid", sa.String(length=80), nullable=False),
        sa.Column("caller_name", sa.String(length=80), nullable=False),
        sa.Column("call_timeout", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("aleg_gateway_id", sa.Integer(), nullable=False),
        sa.Column("sms_gateway_id", sa.Integer(), nullable=True),
        sa.Column("voicemail", sa.Boolean(), nullable=False),
        sa.Column("amd_behavior", sa.Integer(), nullable=False),
        sa.Column("voicemail_audiofile_id", sa.Integer(), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("dnc_id", sa.Integer(), nullable=True),
        sa.Column(
            "updated_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("amd_behavior IN (1, 2, 3)", name=op.f("ck_calendar_setting_amd_behavior_known")),
        sa.CheckConstraint("call_timeout >= 1", name=op.f("ck_calendar_setting_call_timeout_at_least_1")),
        sa.ForeignKeyConstraint(
            ["aleg_gateway_id"],
            ["gateway.id"],
            name=op.f("fk_calendar_setting_aleg_gateway_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["dnc_id"], ["dnc_list.id"], name=op.f("fk_calendar_setting_dnc_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["sms_gateway_id"],
            ["sms_gateway.id"],
            name=op.f("fk_calendar_setting_sms_gateway_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_calendar_setting_survey_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_calendar_setting_user_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["voicemail_audiofile_id"],
            ["audio_file.id"],
            name=op.f("fk_calendar_setting_voicemail_audiofile_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_setting")),
    )
    with op.batch_alter_table("calendar_setting", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_calendar_setting_aleg_gateway_id"), ["aleg_gateway_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_calendar_setting_dnc_id"), ["dnc_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_calendar_setting_sms_gateway_id"), ["sms_gateway_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_calendar_setting_survey_id"), ["survey_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calendar_setting_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_calendar_setting_voicemail_audiofile_id"), ["voicemail_audiofile_id"], unique=False
        )

    op.create_table(
        "section",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("section_template_id", sa.Integer(), nullable=True),
        sa.Column("type", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=500), nullable=False),
        sa.Column("script", sa.String(length=1000), nullable=True),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("timeout", sa.Integer(), nullable=False),
        sa.Column("key_0", sa.String(length=100), nullable=True),
        sa.Column("key_1", sa.String(length=100), nullable=True),
        sa.Column("key_2", sa.String(length=100), nullable=True),
        sa.Column("key_3", sa.String(length=100), nullable=True),
        sa.Column("key_4", sa.String(length=100), nullable=True),
        sa.Column("key_5", sa.String(length=100), nullable=True),
        sa.Column("key_6", sa.String(length=100), nullable=True),
        sa.Column("key_7", sa.String(length=100), nullable=True),
        sa.Column("key_8", sa.String(length=100), nullable=True),
        sa.Column("key_9", sa.String(length=100), nullable=True),
        sa.Column("rating_laps", sa.Integer(), nullable=False),
        sa.Column("validate_number", sa.Boolean(), nullable=False),
        sa.Column("number_digits", sa.Integer(), nullable=False),
        sa.Column("min_number", sa.BigInteger(), nullable=True),
        sa.Column("max_number", sa.BigInteger(), nullable=True),
        sa.Column("record_limit", sa.Integer(), nullable=False),
        sa.Column("record_silence", sa.Integer(), nullable=False),
        sa.Column("phonenumber", sa.String(length=50), nullable=True),
        sa.Column("confirm_script", sa.String(length=1000), nullable=True),
        sa.Column("confirm_key", sa.String(length=1), nullable=True),
        sa.Column("conference", sa.String(length=50), nullable=True),
        sa.Column("sms_text", sa.String(length=500), nullable=True),
        sa.Column("completed", sa.Boolean(), nullable=False),
        sa.Column("audiofile_id", sa.Integer(), nullable=True),
        sa.Column("invalid_audiofile_id", sa.Integer(), nullable=True),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "min_number IS NULL OR max_number IS NULL OR min_number <= max_number",
            name=op.f("ck_section_range"),
        ),
        sa.CheckConstraint("number_digits >= 1", name=op.f("ck_section_number_digits_at_least_1")),
        sa.CheckConstraint("rating_laps >= 1", name=op.f("ck_section_rating_laps_at_least_1")),
        sa.CheckConstraint("record_limit >= 1", name=op.f("ck_section_record_limit_at_least_1")),
        sa.CheckConstraint("record_silence >= 1", name=op.f("ck_section_record_silence_at_least_1")),
        sa.CheckConstraint("retries >= 0", name=op.f("ck_section_retries_at_least_0")),
        sa.CheckConstraint("timeout >= 0", name=op.f("ck_section_timeout_at_least_0")),
        sa.CheckConstraint("type IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)", name=op.f("ck_section_type_known")),
        sa.ForeignKeyConstraint(
            ["audiofile_id"], ["audio_file.id"], name=op.f("fk_section_audiofile_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["invalid_audiofile_id"],
            ["audio_file.id"],
            name=op.f("fk_section_invalid_audiofile_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_section_survey_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section")),
    )
    with op.batch_alter_table("section", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_section_audiofile_id"), ["audiofile_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_section_invalid_audiofile_id"), ["invalid_audiofile_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_section_survey_id"), ["survey_id"], unique=False)

    op.create_table(
        "alarm_request",
        sa.Column("alarm_id", sa.Integer(), nullable=False),
        sa.Column("num_attempt", sa.Integer(), nullable=False),
        sa.Column("date", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("callstatus", sa.Integer(), nullable=False),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('answered', 'busy', 'no_answer', 'rejected', 'unallocated', 'congestion', 'gateway_down', 'machine', 'hung_up_early', 'lost', 'cancelled', 'expired', 'invalid', 'sent', 'message_failed', 'failed')",
            name=op.f("ck_alarm_request_outcome_known"),
        ),
        sa.CheckConstraint("status IN (1, 2, 3, 4, 5)", name=op.f("ck_alarm_request_status_known")),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["alarm.id"], name=op.f("fk_alarm_request_alarm_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_request")),
        sa.UniqueConstraint("alarm_id", "num_attempt", name=op.f("uq_alarm_request_alarm_id_num_attempt")),
    )
    op.create_table(
        "branching",
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("keys", sa.String(length=150), nullable=False),
        sa.Column("goto_id", sa.Integer(), nullable=True),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["goto_id"], ["section.id"], name=op.f("fk_branching_goto_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_branching_section_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branching")),
        sa.UniqueConstraint("section_id", "keys", name=op.f("uq_branching_section_id_keys")),
    )
    with op.batch_alter_table("branching", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_branching_goto_id"), ["goto_id"], unique=False)

    op.create_table(
        "calendar_user_profile",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=False),
        sa.Column("calendar_setting_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("city", sa.String(length=120), nullable=True),
        sa.Column("state", sa.String(length=120), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("zip_code", sa.String(length=120), nullable=True),
        sa.Column("phone_no", sa.String(length=90), nullable=True),
        sa.Column("fax", sa.String(length=90), nullable=True),
        sa.Column("company_name", sa.String(length=50), nullable=True),
        sa.Column("company_website", sa.String(length=90), nullable=True),
        sa.Column("language", sa.String(length=50), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("accountcode", sa.Integer(), nullable=True),
        sa.Column(
            "updated_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_setting_id"],
            ["calendar_setting.id"],
            name=op.f("fk_calendar_user_profile_calendar_setting_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["manager_id"],
            ["user_account.id"],
            name=op.f("fk_calendar_user_profile_manager_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["calendar_user.id"],
            name=op.f("fk_calendar_user_profile_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_user_profile")),
        sa.UniqueConstraint("user_id", name=op.f("uq_calendar_user_profile_user_id")),
    )
    with op.batch_alter_table("calendar_user_profile", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_calendar_user_profile_calendar_setting_id"), ["calendar_setting_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_calendar_user_profile_manager_id"), ["manager_id"], unique=False)

    op.create_table(
        "gate_refusal",
        sa.Column("alarm_id", sa.Integer(), nullable=False),
        sa.Column("num_attempt", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["alarm.id"], name=op.f("fk_gate_refusal_alarm_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_refusal")),
        sa.UniqueConstraint(
            "alarm_id", "num_attempt", "reason", name=op.f("uq_gate_refusal_alarm_id_num_attempt_reason")
        ),
    )
    op.create_table(
        "mail_message",
        sa.Column("dedupe_key", sa.String(length=80), nullable=False),
        sa.Column("alarm_id", sa.Integer(), nullable=True),
        sa.Column("mail_template_id", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("status_message", sa.String(length=500), nullable=False),
        sa.Column("provider_id", sa.String(length=255), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("send_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "updated_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('Unsent', 'Sent', 'Failed')", name=op.f("ck_mail_message_status_known")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_mail_message_attempts_at_least_0")),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["alarm.id"], name=op.f("fk_mail_message_alarm_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["mail_template_id"],
            ["mail_template.id"],
            name=op.f("fk_mail_message_mail_template_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_message")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_mail_message_dedupe_key")),
    )
    with op.batch_alter_table("mail_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_message_alarm_id"), ["alarm_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_mail_message_mail_template_id"), ["mail_template_id"], unique=False
        )

    op.create_table(
        "call_request",
        sa.Column("request_uuid", sa.String(length=36), nullable=False),
        sa.Column("alarm_request_id", sa.Integer(), nullable=True),
        sa.Column("num_attempt", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=True),
        sa.Column("aleg_gateway_id", sa.Integer(), nullable=True),
        sa.Column("survey_id", sa.Integer(), nullable=True),
        sa.Column("call_type", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("callerid", sa.String(length=80), nullable=False),
        sa.Column("caller_name", sa.String(length=80), nullable=False),
        sa.Column("phone_number", sa.String(length=80), nullable=False),
        sa.Column("timeout", sa.Integer(), nullable=False),
        sa.Column("extra_dial_string", sa.String(length=500), nullable=False),
        sa.Column("completed", sa.Boolean(), nullable=False),
        sa.Column("engine", sa.String(length=64), nullable=True),
        sa.Column("switch", sa.String(length=64), nullable=True),
        sa.Column(
            "cursor",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=True,
        ),
        sa.Column("call_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hangup_cause", sa.String(length=80), nullable=False),
        sa.Column("hangup_cause_q850", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column(
            "updated_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('answered', 'busy', 'no_answer', 'rejected', 'unallocated', 'congestion', 'gateway_down', 'machine', 'hung_up_early', 'lost', 'cancelled', 'expired', 'invalid', 'sent', 'message_failed', 'failed')",
            name=op.f("ck_call_request_outcome_known"),
        ),
        sa.CheckConstraint("call_type IN (1, 2, 3)", name=op.f("ck_call_request_call_type_known")),
        sa.CheckConstraint("status IN (1, 2, 3, 4, 5, 6, 7)", name=op.f("ck_call_request_status_known")),
        sa.ForeignKeyConstraint(
            ["alarm_request_id"],
            ["alarm_request.id"],
            name=op.f("fk_call_request_alarm_request_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["aleg_gateway_id"],
            ["gateway.id"],
            name=op.f("fk_call_request_aleg_gateway_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendar.id"], name=op.f("fk_call_request_calendar_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_call_request_survey_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_call_request_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_request")),
        sa.UniqueConstraint(
            "alarm_request_id", "num_attempt", name=op.f("uq_call_request_alarm_request_id_num_attempt")
        ),
        sa.UniqueConstraint("request_uuid", name=op.f("uq_call_request_request_uuid")),
    )
    with op.batch_alter_table("call_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_call_request_aleg_gateway_id"), ["aleg_gateway_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_call_request_calendar_id"), ["calendar_id"], unique=False)
        batch_op.create_index(
            "ix_call_request_open",
            ["engine"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_call_request_survey_id"), ["survey_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_request_user_id"), ["user_id"], unique=False)

    op.create_table(
        "call_detail_record",
        sa.Column("callid", sa.String(length=120), nullable=False),
        sa.Column("callrequest_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("used_gateway_id", sa.Integer(), nullable=True),
        sa.Column("callerid", sa.String(length=120), nullable=False),
        sa.Column("phone_number", sa.String(length=120), nullable=False),
        sa.Column("starting_date", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("billsec", sa.Integer(), nullable=False),
        sa.Column("progresssec", sa.Integer(), nullable=False),
        sa.Column("answersec", sa.Integer(), nullable=False),
        sa.Column("disposition", sa.String(length=32), nullable=False),
        sa.Column("hangup_cause", sa.String(length=40), nullable=False),
        sa.Column("hangup_cause_q850", sa.Integer(), nullable=True),
        sa.Column("leg_type", sa.Integer(), nullable=False),
        sa.Column("amd_status", sa.Integer(), nullable=True),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "disposition IN ('ANSWER', 'BUSY', 'NOANSWER', 'CANCEL', 'CONGESTION', 'FAILED')",
            name=op.f("ck_call_detail_record_disposition_known"),
        ),
        sa.CheckConstraint(
            "amd_status IS NULL OR amd_status IN (1, 2, 3)",
            name=op.f("ck_call_detail_record_amd_status_known"),
        ),
        sa.CheckConstraint("leg_type IN (1, 2)", name=op.f("ck_call_detail_record_leg_type_known")),
        sa.ForeignKeyConstraint(
            ["callrequest_id"],
            ["call_request.id"],
            name=op.f("fk_call_detail_record_callrequest_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["used_gateway_id"],
            ["gateway.id"],
            name=op.f("fk_call_detail_record_used_gateway_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_call_detail_record_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_detail_record")),
        sa.UniqueConstraint("callid", name=op.f("uq_call_detail_record_callid")),
    )
    with op.batch_alter_table("call_detail_record", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_call_detail_record_callrequest_id"), ["callrequest_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_call_detail_record_starting_date"), ["starting_date"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_call_detail_record_used_gateway_id"), ["used_gateway_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_call_detail_record_user_id"), ["user_id"], unique=False)

    op.create_table(
        "dnc_contact",
        sa.Column("dnc_id", sa.Integer(), nullable=False),
        sa.Column("phone_number", sa.String(length=50), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("callrequest_id", sa.Integer(), nullable=True),
        sa.Column(
            "updated_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["callrequest_id"],
            ["call_request.id"],
            name=op.f("fk_dnc_contact_callrequest_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["dnc_id"], ["dnc_list.id"], name=op.f("fk_dnc_contact_dnc_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dnc_contact")),
        sa.UniqueConstraint("dnc_id", "phone_number", name=op.f("uq_dnc_contact_dnc_id_phone_number")),
    )
    with op.batch_alter_table("dnc_contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dnc_contact_callrequest_id"), ["callrequest_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dnc_contact_phone_number"), ["phone_number"], unique=False)

    op.create_table(
        "sms_message",
        sa.Column("dedupe_key", sa.String(length=80), nullable=False),
        sa.Column("sms_gateway_id", sa.Integer(), nullable=True),
        sa.Column("alarm_id", sa.Integer(), nullable=True),
        sa.Column("callrequest_id", sa.Integer(), nullable=True),
        sa.Column("sender", sa.String(length=75), nullable=False),
        sa.Column("recipient", sa.String(length=50), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("status_message", sa.String(length=500), nullable=False),
        sa.Column("provider_id", sa.String(length=128), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=64), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("send_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivery_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "updated_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('Unsent', 'Sent', 'Delivered', 'Failed', 'No_Route', 'Unauthorized')",
            name=op.f("ck_sms_message_status_known"),
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_sms_message_attempts_at_least_0")),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["alarm.id"], name=op.f("fk_sms_message_alarm_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["callrequest_id"],
            ["call_request.id"],
            name=op.f("fk_sms_message_callrequest_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["sms_gateway_id"],
            ["sms_gateway.id"],
            name=op.f("fk_sms_message_sms_gateway_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_message")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_sms_message_dedupe_key")),
    )
    with op.batch_alter_table("sms_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sms_message_alarm_id"), ["alarm_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sms_message_callrequest_id"), ["callrequest_id"], unique=False)
        batch_op.create_index(
            "ix_sms_message_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_sms_message_provider_id"), ["provider_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sms_message_sms_gateway_id"), ["sms_gateway_id"], unique=False)

    op.create_table(
        "survey_result",
        sa.Column("callrequest_id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("response", sa.String(length=150), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=True),
        sa.Column("record_file", sa.String(length=255), nullable=False),
        sa.Column("recording_duration", sa.Integer(), nullable=False),
        sa.Column(
            "created_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("(CURRENT_TIMESTAMP)"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["callrequest_id"],
            ["call_request.id"],
            name=op.f("fk_survey_result_callrequest_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_survey_result_section_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_result")),
        sa.UniqueConstraint("callrequest_id", "step", name=op.f("uq_survey_result_callrequest_id_step")),
    )
    with op.batch_alter_table("survey_result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_survey_result_section_id"), ["section_id"], unique=False)
    for statement in sealing.create_statements(op.get_bind().dialect.name):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in sealing.drop_statements(op.get_bind().dialect.name):
        op.get_bind().exec_driver_sql(statement)
    with op.batch_alter_table("survey_result", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_survey_result_section_id"))

    op.drop_table("survey_result")
    with op.batch_alter_table("sms_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sms_message_sms_gateway_id"))
        batch_op.drop_index(batch_op.f("ix_sms_message_provider_id"))
        batch_op.drop_index(
            "ix_sms_message_due",
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_sms_message_callrequest_id"))
        batch_op.drop_index(batch_op.f("ix_sms_message_alarm_id"))

    op.drop_table("sms_message")
    with op.batch_alter_table("dnc_contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dnc_contact_phone_number"))
        batch_op.drop_index(batch_op.f("ix_dnc_contact_callrequest_id"))

    op.drop_table("dnc_contact")
    with op.batch_alter_table("call_detail_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_call_detail_record_user_id"))
        batch_op.drop_index(batch_op.f("ix_call_detail_record_used_gateway_id"))
        batch_op.drop_index(batch_op.f("ix_call_detail_record_starting_date"))
        batch_op.drop_index(batch_op.f("ix_call_detail_record_callrequest_id"))

    op.drop_table("call_detail_record")
    with op.batch_alter_table("call_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_call_request_user_id"))
        batch_op.drop_index(batch_op.f("ix_call_request_survey_id"))
        batch_op.drop_index(
            "ix_call_request_open",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_call_request_calendar_id"))
        batch_op.drop_index(batch_op.f("ix_call_request_aleg_gateway_id"))

    op.drop_table("call_request")
    with op.batch_alter_table("mail_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mail_message_mail_template_id"))
        batch_op.drop_index(batch_op.f("ix_mail_message_alarm_id"))

    op.drop_table("mail_message")
    op.drop_table("gate_refusal")
    with op.batch_alter_table("calendar_user_profile", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_user_profile_manager_id"))
        batch_op.drop_index(batch_op.f("ix_calendar_user_profile_calendar_setting_id"))

    op.drop_table("calendar_user_profile")
    with op.batch_alter_table("branching", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_branching_goto_id"))

    op.drop_table("branching")
    op.drop_table("alarm_request")
    with op.batch_alter_table("section", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_section_survey_id"))
        batch_op.drop_index(batch_op.f("ix_section_invalid_audiofile_id"))
        batch_op.drop_index(batch_op.f("ix_section_audiofile_id"))

    op.drop_table("section")
    with op.batch_alter_table("calendar_setting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_setting_voicemail_audiofile_id"))
        batch_op.drop_index(batch_op.f("ix_calendar_setting_user_id"))
        batch_op.drop_index(batch_op.f("ix_calendar_setting_survey_id"))
        batch_op.drop_index(batch_op.f("ix_calendar_setting_sms_gateway_id"))
        batch_op.drop_index(batch_op.f("ix_calendar_setting_dnc_id"))
        batch_op.drop_index(batch_op.f("ix_calendar_setting_aleg_gateway_id"))

    op.drop_table("calendar_setting")
    with op.batch_alter_table("branching_template", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_branching_template_goto_id"))

    op.drop_table("branching_template")
    with op.batch_alter_table("alarm", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alarm_survey_id"))
        batch_op.drop_index(batch_op.f("ix_alarm_sms_template_id"))
        batch_op.drop_index(batch_op.f("ix_alarm_mail_template_id"))
        batch_op.drop_index(
            "ix_alarm_lease",
            sqlite_where=sa.text("claimed_until IS NOT NULL"),
            postgresql_where=sa.text("claimed_until IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_alarm_event_id"))
        batch_op.drop_index(
            "ix_alarm_due",
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_alarm_alarm_phonenumber"))

    op.drop_table("alarm")
    with op.batch_alter_table("survey", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_survey_user_id"))

    op.drop_table("survey")
    with op.batch_alter_table("section_template", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_section_template_survey_id"))
        batch_op.drop_index(batch_op.f("ix_section_template_invalid_audiofile_id"))
        batch_op.drop_index(batch_op.f("ix_section_template_audiofile_id"))

    op.drop_table("section_template")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_start"))
        batch_op.drop_index(batch_op.f("ix_event_rule_id"))
        batch_op.drop_index(batch_op.f("ix_event_creator_id"))
        batch_op.drop_index(batch_op.f("ix_event_calendar_id"))

    op.drop_table("event")
    with op.batch_alter_table("survey_template", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_survey_template_user_id"))

    op.drop_table("survey_template")
    with op.batch_alter_table("dnc_list", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dnc_list_user_id"))

    op.drop_table("dnc_list")
    with op.batch_alter_table("calendar", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_user_id"))

    op.drop_table("calendar")
    with op.batch_alter_table("audio_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audio_file_user_id"))

    op.drop_table("audio_file")
    op.drop_table("user_account")
    op.drop_table("sms_template")
    op.drop_table("sms_gateway")
    op.drop_table("rule")
    op.drop_table("mail_template")
    with op.batch_alter_table("gateway", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_gateway_failover_id"))

    op.drop_table("gateway")
    op.drop_table("calendar_user")
