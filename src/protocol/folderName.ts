/** Names of folders that come from records and requests: of runs, trials and a suite's runs. */

/**
 * Whether it names one folder below another and is no way out of it, on any system. Windows takes `run.` and `run ` for `run`,
 * a folder beside it, and has devices of names like `CON`, which hold no run: neither is refused, as other systems have such folders.
 */
export const isFolderName = (name: string): boolean => /^(?!\.)[^/\\:\0]+$/.test(name);
