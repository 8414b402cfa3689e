"""Duties of an enterprise's people: what somebody does there, as data beside the role.

A role says what this platform lets somebody do; a duty says who they are in a permit to work or at a
gate (GB 30871-2022). It grants nothing by itself.
"""

from enum import StrEnum


class Duty(StrEnum):
    """What somebody of an enterprise is there for; one may have several."""

    PERMIT_APPLICANT = "permit_applicant"
    """作业负责人: applies for a permit to work."""
    PERMIT_APPROVER = "permit_approver"
    """审批人: signs it, by class."""
    GUARDIAN = "guardian"
    """监护人: stands by while the work goes on."""
    GAS_ANALYST = "gas_analyst"
    """气体分析人员: samples before and during it."""
    GATEKEEPER = "gatekeeper"
    """门岗: lets people and vehicles in and out."""
