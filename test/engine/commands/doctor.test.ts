import { afterAll, beforeAll, expect, it } from "vitest";
import { models } from "../../../src/engine/commands/doctor.ts";
import { ChatServer } from "./chatServer.ts";

const server = new ChatServer();
beforeAll(() => server.open());
afterAll(() => server.close());

const nobody = { name: "Nobody", baseUrl: "http://127.0.0.1:9/v1" };

it("finds the servers that answer, tries one structured call on each, and says how it was asked", async () => {
  const found = await models([nobody, { name: "Local", baseUrl: server.baseUrl }]);
  const text = `${server.baseUrl} test-model: test-model answered in form. (json_schema)`;
  expect(found).toEqual([{ name: "Local", state: "good", text }]);
  expect(server.journal).toHaveLength(1);
});

it("says so where a model does not answer in form", async () => {
  server.reply = () => "Gladly.";
  const [finding] = await models([{ name: "Local", baseUrl: server.baseUrl }]);
  expect(finding).toMatchObject({ state: "bad", text: expect.stringContaining('"Gladly."') });
});

it("says so where a server fails, and where there is none", async () => {
  server.fault = () => "500";
  const [failing] = await models([{ name: "Local", baseUrl: server.baseUrl }]);
  expect(failing).toMatchObject({ state: "bad", text: expect.stringContaining("500") });
  expect(await models([nobody])).toMatchObject([{ state: "note", text: expect.stringMatching(/none found/) }]);
});
