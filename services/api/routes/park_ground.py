"""What lies under the park's objects: the plan as a picture, and where tiles come from."""

from base64 import b64encode
from dataclasses import dataclass

from fastapi import Request, Response

from services.api.asking import Here, Reader
from services.api.late_route import LateRouter
from services.api.park_ground import Plan
from services.api.unchanged import TAGGED, tagged

router = LateRouter(prefix="/map", tags=["places"])


@dataclass(frozen=True, slots=True)
class PlanView:
    """`picture`: a `data:` URL, since an image cannot say who asks for it; `corners` of it: upper
    left, upper right, lower left, each longitude and latitude in degrees (WGS 84)."""

    picture: str
    width: int
    height: int
    corners: list[list[float]]


@dataclass(frozen=True, slots=True)
class GroundView:
    """`tiles`: a URL with `{z}`, `{x}` and `{y}` (Web Mercator, WGS 84); `faults`: why what was set
    is not shown."""

    plan: PlanView | None
    tiles: str | None
    faults: list[str]


@router.get("/ground", response_model=GroundView, responses=TAGGED)
async def get_ground(request: Request, here: Here, principal: Reader) -> Response:
    """What lies under the park's objects, as the settings say. An enterprise is shown no plan: it is
    of its neighbours, too."""
    ground = here.ground
    plan = ground.plan if principal.enterprise is None else None
    faults = list(ground.faults) if principal.enterprise is None else []
    view = GroundView(None if plan is None else _plan_view(plan), ground.tiles, faults)
    return tagged(request, view, view)


def _plan_view(plan: Plan) -> PlanView:
    picture = plan.picture
    told = b64encode(picture.payload).decode("ascii")
    return PlanView(
        f"data:{picture.media_type};base64,{told}",
        picture.width,
        picture.height,
        [list(corner) for corner in plan.corners],
    )
