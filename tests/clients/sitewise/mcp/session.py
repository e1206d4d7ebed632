"""A session with awslabs.aws-iot-sitewise-mcp-server as an assistant has one: over standard input and output.

Runs in the environment of that package, with AWS's variables pointing at the server under test. Prints the tools as they
are done.
"""

import asyncio
import json
import os
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

REGION = os.environ["AWS_REGION"]


async def talk(session):
    async def call(name, **arguments):
        answer = await session.call_tool(name, {"region": REGION, **arguments})
        assert not answer.isError, answer
        found = json.loads(answer.content[0].text)
        print(name)
        return found

    await session.initialize()
    tools = {tool.name for tool in (await session.list_tools()).tools}
    assert {"create_asset_model", "associate_assets", "execute_training_action"} <= tools
    flow = {"name": "flow", "dataType": "DOUBLE", "type": {"measurement": {}}}
    pump = (await call("create_asset_model", asset_model_name="pump", asset_model_properties=[flow]))["asset_model_id"]
    below = [{"name": "pumps", "childAssetModelId": pump}]
    station = (await call("create_asset_model", asset_model_name="station", asset_model_hierarchies=below))["asset_model_id"]
    described = await call("describe_asset_model", asset_model_id=station)
    house = (await call("create_asset", asset_name="house", asset_model_id=station))["asset_id"]
    child = (await call("create_asset", asset_name="pump 1", asset_model_id=pump))["asset_id"]
    hierarchy = described["asset_model_hierarchies"][0]["id"]
    assert (await call("associate_assets", asset_id=house, hierarchy_id=hierarchy, child_asset_id=child))["success"]
    listed = await call("list_associated_assets", asset_id=house, hierarchy_id=hierarchy, traversal_direction="CHILD")
    assert [asset["name"] for asset in listed["asset_summaries"]] == ["pump 1"]
    # What is refused reaches the assistant as an answer with the service's own sentence.
    refused = await call("delete_asset", asset_id=house)
    assert refused["error_code"] == "ConflictingOperationException" and child in refused["error"], refused
    assert (await call("list_assets", filter_type="TOP_LEVEL"))["asset_summaries"][0]["name"] == "house"


async def main():
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "awslabs.aws_iot_sitewise_mcp_server.server"], env=dict(os.environ)
    )
    async with stdio_client(server) as streams, ClientSession(*streams) as session:
        await talk(session)


if __name__ == "__main__":
    asyncio.run(main())
