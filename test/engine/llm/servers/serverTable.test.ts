import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PlanParser, planReplySchema } from "../../../../src/engine/planner/planParsing.ts";
import { server } from "../eachTestServer.ts";
import { json, never, request, rig, scriptedMount } from "../modelServer.ts";
import { type AskedBody, type PlayedServer, playedServers, respond } from "./playedServers.ts";

const categories = [10, 11, 12].map((id) => ({ id, name: `Category ${id}` }));
const schema = planReplySchema(categories);
const PLAN = '{"categories": [11, 10]}';
const asked = (text: string) =>
  request(text, { schema, maxTokens: 50, temperature: 0, seed: 1, reasoningEffort: "low" });

/** Plays the server; its last body is what it was asked in the end. */
function play(played: PlayedServer) {
  const bodies: AskedBody[] = [];
  server.mount(played.path.replace(/\?.*/, ""), {
    async handleRequest(req, res) {
      let text = "";
      for await (const part of req) text += part;
      const body = JSON.parse(text) as AskedBody;
      bodies.push(body);
      const refused = played.refuse?.(body, req);
      if (refused) json(res, refused.status, refused.body, { ...refused.headers });
      else respond(res, played, PLAN, body);
      return true;
    },
  });
  return bodies;
}

const schemaCell = ({ response_format: format }: AskedBody): string => {
  if (format?.type !== "json_schema") return format?.type === "json_object" ? "JSON object" : "text";
  const sent = JSON.stringify(format.json_schema?.schema);
  if (sent.includes('"type":"string"')) return "schema, ids as text";
  return sent.includes("maxItems") ? "schema" : "schema without bounds";
};

/** Rows of the table in the documentation: server, schema, seed, reasoning, usage, prefix cache. */
const documented = new Map(
  readFileSync(new URL("../../../../docs/models.md", import.meta.url), "utf8")
    .split("\n## Servers\n")[1]
    ?.split("\n## ")[0]
    ?.split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| server"))
    .map((line) => line.slice(2, -2).split(" | "))
    .map(([name = "", ...cells]) => [name, cells] as const),
);

describe("the table of servers", () => {
  it("has a row for each that is played, and no other", () => {
    expect([...documented.keys()]).toEqual(playedServers.map(({ name }) => name));
    for (const cells of documented.values()) expect(cells[5]).not.toBe("");
  });

  it.each(playedServers)("tells what comes out of $name", async (played) => {
    const bodies = play(played);
    const { scheduler, blocks } = rig(`${server.url}${played.path}`, {}, { apiKey: "key-0123456789" });
    // The second tries the full request once more.
    for (const text of ["first", "second"]) await scheduler.complete(asked(text), never);
    const before = bodies.length;
    const reply = await scheduler.complete(asked("third"), never);
    expect(bodies).toHaveLength(before + 1);
    expect(blocks).toEqual([]);
    const parsed = new PlanParser(categories).parse(reply.text, reply.finish, reply.thought);
    expect(parsed).toEqual({ categories: [1, 0], unknownIds: 0 });
    const last = bodies.at(-1) as AskedBody;
    const counts = JSON.stringify(played.answer(PLAN, last).usage ?? {}).includes("reasoning_tokens");
    const thinks = counts ? "counted" : (reply.thought ?? (reply.text.includes("<think>") ? "in the text" : undefined));
    const cells = [
      schemaCell(last),
      last.seed === undefined ? "not asked" : "yes",
      thinks === undefined ? "–" : thinks === "counted" || thinks === "in the text" ? thinks : "told apart",
      reply.usage.estimated ? "estimated" : "counted",
      reply.usage.cachedTokens === undefined ? "–" : "told",
    ];
    expect(documented.get(played.name)?.slice(0, 5)).toEqual(cells);
  });

  it.each(playedServers)("$name in trouble says what, and what to do", async ({ path, trouble }) => {
    const { failure, told } = trouble;
    const mounted = scriptedMount((res) => json(res, failure.status, failure.body, { ...failure.headers }));
    server.mount(path.replace(/\?.*/, ""), mounted.mount);
    const { scheduler, blocked } = rig(`${server.url}${path}`, { retries: 0 }, { apiKey: "key-0123456789" });
    const stop = new AbortController();
    const answer = scheduler.complete(asked("x"), stop.signal).catch((error: Error) => error);
    const outcome = await Promise.race([answer, blocked(1)]);
    expect((outcome as { message: string }).message).toMatch(told);
    expect(mounted.requests()).toBe(1);
    stop.abort(new Error("end"));
    await answer;
  });
});
