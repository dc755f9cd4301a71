// node test/host/leftovers.mjs: runs the host to success, to failure and into Ctrl+C, and npm start into Ctrl+C; looks for
// what is left each time.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostFolder, repositoryFolder } from "./lib/variants.mjs";

const temporary = () => readdirSync(tmpdir()).filter((name) => /^(lerl-host-|playwright)/.test(name));

/** Processes, and with them ports, whose command line or environment names one of these folders. */
function processesOf(folders) {
  const read = (pid, file) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, "utf8");
    } catch {
      return ""; // ended meanwhile
    }
  };
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .filter((pid) => folders.some((folder) => (read(pid, "environ") + read(pid, "cmdline")).includes(folder)));
}

/** Runs a script; sends SIGINT when `interruptAt` is printed. Returns the exit code and the temporary folders it made. */
function runScript(script, args, interruptAt) {
  const before = new Set(temporary());
  const made = new Set();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    child.stdout.setEncoding("utf8").on("data", (text) => {
      process.stdout.write(text);
      for (const name of temporary()) if (!before.has(name)) made.add(name);
      if (interruptAt && text.includes(interruptAt)) child.kill("SIGINT");
    });
    child.once("close", (code) => resolve({ code, made: [...made] }));
  });
}

const host = join(hostFolder, "run.mjs");
const start = join(repositoryFolder, "scripts", "start.mjs");
const cases = [
  { name: "success", script: host, args: ["--suite", "smoke", "a command activates"], code: 0 },
  { name: "failure", script: host, args: ["--suite", "failing", "a failure"], code: 1 },
  {
    name: "Ctrl+C",
    script: host,
    args: ["--suite", "failing", "an endless wait"],
    code: 130,
    interruptAt: "window ready",
  },
  { name: "npm start", script: start, args: ["--browser"], code: 130, interruptAt: "Ctrl+C ends it" },
];

let failed = 0;
for (const { name, script, args, code: expected, interruptAt } of cases) {
  const { code, made } = await runScript(script, args, interruptAt);
  const folders = made.filter((folder) => temporary().includes(folder));
  const processes = processesOf(made);
  const clean = code === expected && made.length > 0 && folders.length === 0 && processes.length === 0;
  if (!clean) failed++;
  console.log(
    `${clean ? "passed" : "FAILED"}  after ${name}: exit code ${code}, left: ${[...folders, ...processes].join(" ") || "nothing"}`,
  );
}
console.log(`${cases.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
