// Commands that the host needs from the operating system, installed by apt where they are missing.
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { withMachineLock } from "./machineLock.mjs";

export function findCommand(name) {
  const folders = (process.env.PATH ?? "").split(delimiter).concat("/usr/bin");
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Makes every command of `tools` (command -> Debian package) available; throws with what to do where it cannot. */
export async function ensureCommands(tools, log) {
  const missing = () => Object.entries(tools).filter(([command]) => !findCommand(command));
  if (missing().length === 0) return;
  await withMachineLock(
    "lerl-host-apt",
    () => log("waiting for another installation of system packages"),
    () => {
      const packages = missing().map(([, name]) => name);
      if (packages.length === 0) return;
      log(`apt-get install ${packages.join(" ")}`);
      const prefix = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
      const apt = (...args) => {
        const [command, ...rest] = [...prefix, "apt-get", "-o", "DPkg::Lock::Timeout=300", ...args];
        const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
        return spawnSync(command, rest, { env, encoding: "utf8" });
      };
      apt("update");
      const { status, stderr } = apt("install", "-y", "--no-install-recommends", ...packages);
      if (status !== 0 || missing().length > 0) {
        throw new Error(
          `Could not install ${packages.join(", ")}; install them by hand and run this again.\n${stderr}`,
        );
      }
    },
  );
}
