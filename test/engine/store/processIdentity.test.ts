import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { isAbsolute, win32 } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { ownPlace, processStart, startTool } from "../../../src/engine/store/processIdentity.ts";
import { container } from "../support/container.ts";
import { bundleProgram, start, temporaryFolder } from "./support.ts";

describe("when a process started", () => {
  it("is the same each time, and nothing of a process that is not there", async () => {
    expect(await processStart(process.pid)).toBe(await processStart(process.pid));
    expect(await processStart(2 ** 22 + 1)).toBeUndefined();
  });

  it("is read of what ps prints: macOS and other systems without /proc", () => {
    const { file, args, read } = startTool("darwin", 4242);
    expect([file, ...args]).toEqual(["/bin/ps", "-o", "lstart=", "-p", "4242"]);
    expect(read("Sun Nov 29 14:02:03 2026    \n")).toBe("Sun Nov 29 14:02:03 2026");
    expect(read("Thu Oct  1 09:00:00 2026\n")).toBe("Thu Oct  1 09:00:00 2026");
    expect(read("")).toBeUndefined();
  });

  it.runIf(existsSync("/bin/ps"))("is what the ps of this machine says of this process", () => {
    const { file, args, env, read } = startTool("darwin", process.pid);
    const found = read(execFileSync(file, args, { env, encoding: "utf8" }));
    expect(Math.abs(Date.parse(`${found} UTC`) - performance.timeOrigin)).toBeLessThan(10_000);
  });

  it("is read of what PowerShell prints: Windows", () => {
    const { file, args, read } = startTool("win32", 4242, { SystemRoot: "D:\\WINNT" });
    expect(file).toBe("D:\\WINNT\\System32\\WindowsPowerShell\\v1.0\\powershell.exe");
    expect(args.at(-1)).toBe("(Get-Process -Id 4242).StartTime.ToFileTimeUtc()");
    expect(read("134088553234567890\r\n")).toBe("134088553234567890");
    // Of a process of another user: the property is empty, and the call fails on standard error.
    expect(read("\r\n")).toBeUndefined();
    expect(read("You cannot call a method on a null-valued expression.\r\n")).toBeUndefined();
  });

  it("asks programs of the system only, and lends them nothing of the environment", () => {
    expect(isAbsolute(startTool("darwin", 1).file)).toBe(true);
    expect(win32.isAbsolute(startTool("win32", 1).file)).toBe(true);
    expect(Object.keys(startTool("darwin", 1).env)).toEqual(["LC_ALL", "TZ"]);
    expect(Object.keys(startTool("win32", 1).env)).toEqual(["SystemRoot"]);
  });
});

const contained = container();

describe.skipIf(!contained)("a PID namespace", () => {
  let root: string;
  beforeAll(async () => {
    root = await temporaryFolder();
  });

  it("is told apart, and a /proc of another one is not believed", async () => {
    const [unshare = "", ...flags] = contained ?? [];
    const program = await bundleProgram(
      root,
      `import { ownPlace, processStart } from "@store/processIdentity.ts";
       console.log(JSON.stringify({ place: ownPlace(), start: await processStart(process.pid) }));`,
    );
    const tell = async (...options: string[]) =>
      JSON.parse((await start([unshare, ...options, process.execPath], program).ended).output);
    const own = await tell(...flags);
    expect(own.place).toEqual({ ...ownPlace(), pidNamespace: own.place.pidNamespace });
    expect(own.place.pidNamespace).not.toBe(ownPlace().pidNamespace);
    expect(own.start).toMatch(/ \d+$/);
    const withoutProc = await tell(...flags.filter((flag) => flag !== "--mount-proc"));
    expect(withoutProc.start).toBe("unknown");
  });
});
