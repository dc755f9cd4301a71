/** A path as one word of a command that somebody copies: quoted where a shell would take it apart. */
export const shellWord = (path: string): string =>
  /^[\w@%+=:,./\\~-]+$/.test(path) ? path : `"${path.replaceAll('"', '\\"')}"`;
