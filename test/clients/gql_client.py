"""Python's gql: a mutation over HTTP, and a subscription over graphql-transport-ws that sees it happen."""
import asyncio
import json
import sys

from gql import Client, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.websockets import WebsocketsTransport

http, ws = sys.argv[1] + "/graphql", sys.argv[1].replace("http", "ws", 1) + "/graphql"
PREDICT = gql('mutation { predict(input: {deployment: "esol", instances: ["CCO"]}) { predictions { value unit } } }')
REGISTER = gql('mutation { registerModel(input: {name: "seen-by-gql", domain: GENERAL}) { userErrors { code } } }')
EVENTS = gql("subscription { monitoringEvents { kind message } }")


async def main():
    async with Client(transport=AIOHTTPTransport(url=http), fetch_schema_from_transport=True) as session:
        predicted = await session.execute(PREDICT)
        async with Client(transport=WebsocketsTransport(url=ws)) as watching:
            events = watching.subscribe(EVENTS)
            first = asyncio.ensure_future(anext(events))
            while not first.done():
                await session.execute(REGISTER)
                await asyncio.wait([first], timeout=0.5)
            seen = first.result()
    print(json.dumps({"predicted": predicted["predict"]["predictions"], "seen": seen["monitoringEvents"]["kind"]}))


asyncio.run(main())
