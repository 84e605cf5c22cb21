"""Gateways: routes that calls go out by."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Float, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Stamped, at_least, fk, one_of
from models.statuses import GatewayStatus
from models.types import IntStatus


class Gateway(Stamped, Base):
    """A route to dial: what is put around a number, and how much it carries.

    ``gateways`` is the dial string up to the number, such as ``sofia/gateway/trunk1/``; text after the number
    goes after a ``%s``, as in ``sofia/external/%s@10.0.0.1``.
    """

    __tablename__ = "gateway"
    __table_args__ = (
        one_of("status", GatewayStatus),
        at_least("maximum_call"),
        at_least("calls_per_second"),
        CheckConstraint("failover_id IS NULL OR failover_id <> id", name="failover_is_another"),
    )

    name: Mapped[str] = mapped_column(String(255), unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    gateways: Mapped[str] = mapped_column(String(500))
    addprefix: Mapped[str] = mapped_column(String(60), default="")
    removeprefix: Mapped[str] = mapped_column(String(60), default="")
    originate_dial_string: Mapped[str] = mapped_column(String(500), default="")  # extra ``name=value,…``
    gateway_codecs: Mapped[str] = mapped_column(String(500), default="")
    gateway_timeouts: Mapped[int | None]  # seconds of ringing; else the calendar setting's
    maximum_call: Mapped[int] = mapped_column(default=0)  # calls at once; 0 means no limit
    calls_per_second: Mapped[float] = mapped_column(Float, default=0)  # 0 means no limit
    failover_id: Mapped[int | None] = mapped_column(fk("gateway.id", on_delete="SET NULL"), index=True)
    status: Mapped[GatewayStatus] = mapped_column(IntStatus(GatewayStatus), default=GatewayStatus.ACTIVE)

    failover: Mapped[Gateway | None] = relationship(remote_side="Gateway.id")
