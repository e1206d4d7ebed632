"""A small Monitor for the SiteWise tests: a portal with a project, definitions of dashboards, and a picture."""

import json
import struct
import uuid
import zlib

from tests.aws import answer

ROLE = "arn:aws:iam::123456789012:role/service-role/Monitor"


def create_portal(caller, name=None, **more):
    """Creates a portal, waits until it is active and answers its id."""
    made = answer(
        caller.sitewise.create_portal(
            portalName=name or f"portal {uuid.uuid4()}",
            portalContactEmail="ops@example.com",
            roleArn=ROLE,
            **more,
        ),
        202,
    )
    waiter = caller.sitewise.get_waiter("portal_active")
    waiter.wait(portalId=made["portalId"], WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    return made["portalId"]


def create_project(caller, portal, name="hall", **more):
    return answer(caller.sitewise.create_project(portalId=portal, projectName=name, **more), 201)["projectId"]


def create_dashboard(caller, project, definition="{}", name="flows", **more):
    made = caller.sitewise.create_dashboard(
        projectId=project, dashboardName=name, dashboardDefinition=definition, **more
    )
    return answer(made, 201)["dashboardId"]


def create_access_policy(caller, identity, resource, permission="VIEWER", **more):
    made = caller.sitewise.create_access_policy(
        accessPolicyIdentity=identity, accessPolicyResource=resource, accessPolicyPermission=permission, **more
    )
    return answer(made, 201)["accessPolicyId"]


def picture(shade=0):
    """A PNG of one grey dot, whole and with correct sums."""

    def chunk(kind, content):
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes([0, shade]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def first_generation(asset, number, text):
    """A definition as classic portals keep it: a line chart with trend and threshold, a status grid and a table."""

    def metric(label, property_id, **more):
        return {"type": "iotsitewise", "label": label, "assetId": asset, "propertyId": property_id, **more}

    return json.dumps(
        {
            "widgets": [
                {
                    "type": "sc-line-chart",
                    "title": "Flow",
                    "x": 0,
                    "y": 0,
                    "width": 3,
                    "height": 3,
                    "metrics": [
                        metric(
                            "Flow (T1)",
                            number,
                            dataType="NUMBER",
                            resolution="1m",
                            analysis={"trends": [{"type": "linear-regression", "color": "#688ae8"}]},
                        )
                    ],
                    "annotations": {
                        "y": [{"comparisonOperator": "GT", "value": 12.5, "color": "#d13212", "showValue": True}]
                    },
                    "properties": {"colorDataAcrossThresholds": True},
                },
                {
                    "type": "sc-status-grid",
                    "title": "Ünïts – 状態",
                    "x": 3,
                    "y": 0,
                    "width": 3,
                    "height": 3,
                    "metrics": [metric("State", text, dataType="STRING")],
                    "properties": {"labels": {"showValue": False}},
                },
                {
                    "type": "sc-table",
                    "title": "All",
                    "x": 0,
                    "y": 3,
                    "width": 6,
                    "height": 3,
                    "metrics": [metric("Flow", number), metric("State", text)],
                },
            ]
        },
        indent="\t",
        ensure_ascii=False,
    )


def second_generation(asset, model, number, text):
    """A definition as newer portals keep it: what is shown, from which queries, how often and since when."""
    watched = {"assets": [{"assetId": asset, "properties": [{"propertyId": number, "refId": "r1"}]}]}
    styles = {name: {"color": "#688ae8", "visualizationType": "line"} for name in ("r1", "r2", "r3", "r4")}
    font = {"fontSize": 32, "fontColor": "#000000"}
    named = {
        "assets": [{"assetId": asset, "properties": [{"propertyId": text, "resolution": "0", "refId": "r2"}]}],
        "properties": [{"propertyAlias": "/plant/hall/flow", "refId": "r3"}],
        "assetModels": [
            {"assetModelId": model, "assetIds": [asset], "properties": [{"propertyId": number, "refId": "r4"}]}
        ],
    }

    def widget(kind, place, properties):
        x, y, width, height = place
        return {
            "id": str(uuid.uuid4()),
            "type": kind,
            "x": x,
            "y": y,
            "z": 0,
            "width": width,
            "height": height,
            "properties": properties,
        }

    def query(content):
        return {"queryConfig": {"source": "iotsitewise", "query": content}}

    return json.dumps(
        {
            "displaySettings": {"numRows": 100, "numColumns": 100, "cellSize": 10, "significantDigits": 4},
            "querySettings": {"refreshRate": 5000},
            "defaultViewport": {"duration": "5m"},
            "widgets": [
                widget("text", (0, 0, 30, 6), {"value": "North hall", "fontSettings": {"fontSize": 32}}),
                widget(
                    "xy-plot",
                    (0, 6, 42, 24),
                    {
                        "title": "Flow",
                        **query(watched),
                        "thresholds": [
                            {
                                "id": str(uuid.uuid4()),
                                "comparisonOperator": "GT",
                                "value": 12.5,
                                "color": "#d13212",
                                "visible": True,
                            }
                        ],
                        "styleSettings": styles,
                        "axis": {"yLabel": "l/s", "yVisible": True, "xVisible": True},
                        "legend": {"visible": True, "position": "right"},
                    },
                ),
                widget("table", (42, 6, 42, 24), {"title": "All", **query(named), "styleSettings": styles}),
                widget(
                    "kpi",
                    (30, 0, 20, 6),
                    {
                        "title": "Now",
                        **query(watched),
                        "styleSettings": styles,
                        "primaryFont": font,
                        "secondaryFont": font,
                        "showValue": True,
                        "showName": True,
                    },
                ),
            ],
        },
        separators=(",", ":"),
    )
