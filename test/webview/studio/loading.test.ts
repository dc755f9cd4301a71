import { expect, test } from "vitest";
import { idle, type Loadable, load, renew } from "../../../webview/studio/loading.ts";

/** What the state is told, one after the other. */
function place() {
  const told: Loadable<number>[] = [];
  return { told, put: (next: Loadable<number>) => void told.push(next) };
}

const answers = () => Promise.resolve(2);
const fails = () => Promise.reject(new Error("The engine is not available."));

test("loading shows the last answer until the next one, or until it is known that there is none", async () => {
  const { told, put } = place();
  await load({ status: "ready", value: 1 }, answers, put);
  expect(told).toEqual([
    { status: "loading", value: 1 },
    { status: "ready", value: 2 },
  ]);
  await load(idle, fails, put);
  expect(told.slice(2)).toEqual([
    { status: "loading", value: undefined },
    { status: "failed", message: "The engine is not available." },
  ]);
});

test("renewing tells nothing before the answer is there", async () => {
  const { told, put } = place();
  const work = renew(answers, put);
  expect(told).toEqual([]);
  await work;
  expect(told).toEqual([{ status: "ready", value: 2 }]);
});
