/** Small and read-only disks, in memory. Mounting them takes rights that not everybody has. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Whether this process may mount one; tests that need it are skipped otherwise, and say so. */
export const canMount = ((): boolean => {
  const folder = mkdtempSync(join(tmpdir(), "lerl-disk-"));
  const mounts = mount(folder, "size=64k");
  if (mounts) spawnSync("umount", [folder]);
  else console.warn("Tests of full and read-only disks are skipped: this process may not mount any.");
  rmSync(folder, { recursive: true });
  return mounts;
})();

/** The folder of a disk that is unmounted after the test. @param options of tmpfs, as `size=1m` or `ro` */
export function disk(options: string): string {
  const folder = mkdtempSync(join(tmpdir(), "lerl-disk-"));
  if (!mount(folder, options)) throw new Error(`tmpfs with ${options} cannot be mounted`);
  onTestFinished(() => {
    spawnSync("umount", [folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

function mount(folder: string, options: string): boolean {
  return spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]).status === 0;
}
