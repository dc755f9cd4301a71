/** Names of folders that come from records and requests: of runs, trials and a suite's runs. */

/** Whether it is the name of one folder and leads nowhere else, on any system. */
export const isFolderName = (name: string): boolean => /^(?!\.)[^/\\:\0]+$/.test(name);
