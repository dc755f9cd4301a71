/** A path as one word of a command that somebody copies: quoted where a shell would take it apart, or read something else. */
export function shellWord(path: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === "win32") return /^[\w%+=:,./\\~-]+$/.test(path) ? path : `"${path}"`;
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
