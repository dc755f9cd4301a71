import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lerl } from "../../commands/lerl.ts";
import { completion, json } from "../modelServer.ts";
import { outcomeAt, plainServer } from "../plainServer.ts";

let folder = "";
let isMade = false;
const file = (name: string): string => join(folder, name);
const openssl = (...args: readonly string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lerl-trust-"));
  try {
    const make = "req -x509 -newkey rsa:2048 -nodes -days 2 -keyout key.pem -out".split(" ");
    openssl(...make, "own.pem", "-subj", "/CN=own", "-addext", "subjectAltName=IP:127.0.0.1");
    openssl(..."req -new -key key.pem -subj /CN=other -out other.csr".split(" "));
    writeFileSync(file("index.txt"), "");
    writeFileSync(file("serial"), "01");
    writeFileSync(
      file("ca.cnf"),
      "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n[a]\nsubjectAltName=IP:127.0.0.1\n[b]\nsubjectAltName=DNS:models.test\n",
    );
    const sign = "ca -batch -config ca.cnf -cert own.pem -keyfile key.pem -in other.csr -notext".split(" ");
    openssl(
      ...sign,
      ..."-extensions a -startdate 20200101000000Z -enddate 20200201000000Z -out expired.pem".split(" "),
    );
    openssl(...sign, ..."-extensions b -days 2 -out misnamed.pem -subj /CN=misnamed".split(" "));
    isMade = true;
  } catch {
    console.log("skipped: no certificates without openssl");
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const serving = (cert: string) =>
  plainServer(
    (res, { url }) =>
      url === "/v1/models"
        ? json(res, 200, { data: [{ id: "m" }] })
        : json(res, 200, completion('{"categories": [1, 2]}')),
    { tls: { key: readFileSync(file("key.pem"), "utf8"), cert: readFileSync(file(cert), "utf8") } },
  );

const doctor = async (base: string, env: NodeJS.ProcessEnv): Promise<string> =>
  (await lerl(["doctor", "--server", base, "--model", "m", "--json"], folder, env)).out;

describe("a server's certificate", () => {
  it("that nobody vouches for is named, with how to trust it", async ({ skip }) => {
    if (!isMade) skip();
    const { base, sent } = await serving("own.pem");
    const { how, message } = await outcomeAt(base, { apiKey: "sk-secret-0123456789", requests: 3 });
    expect(how).toBe("paused");
    expect(message).toMatch(/certificate of .* is not trusted.*NODE_EXTRA_CA_CERTS/);
    expect(message).not.toContain("Is the model server running");
    expect(sent).toEqual([]);
  });

  it("is trusted where NODE_EXTRA_CA_CERTS names it", async ({ skip }) => {
    if (!isMade) skip();
    const { base } = await serving("own.pem");
    expect(await doctor(base, { NODE_EXTRA_CA_CERTS: file("own.pem") })).toContain("m: test-model answered in form");
  });

  it.each([
    ["expired", "expired.pem", /has expired\. The server needs a new one; or this machine's clock is wrong/],
    ["of another name", "misnamed.pem", /Use a name of the server's that its certificate holds/],
  ])("that is %s is not said to need trust", async (_, cert, told) => {
    if (!isMade) return;
    const { base } = await serving(cert);
    const said = await doctor(base, { NODE_EXTRA_CA_CERTS: file("own.pem") });
    expect(said).toMatch(told);
    expect(said).not.toContain("NODE_EXTRA_CA_CERTS");
  });
});
