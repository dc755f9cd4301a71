/** The environment of the processes that the product starts: what Node, the system and the way to a server need. No keys. */

/** Compared in capitals: Windows does not tell them apart, and proxies are named in both. */
const NEEDED = [
  // Who and where.
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|TZ|LANG|LANGUAGE|LC_\w+|TMPDIR|TMP|TEMP|XDG_\w+)$/,
  // What Windows programs do not begin without.
  /^(?:SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|OS|USERNAME|USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA)$/,
  /^(?:PROGRAMDATA|PROGRAMFILES(?:\(X86\))?|NUMBER_OF_PROCESSORS|PROCESSOR_\w+)$/,
  // How output is shown.
  /^(?:TERM|COLORTERM|NO_COLOR|FORCE_COLOR)$/,
  // Ways to servers, and whom to trust there.
  /^(?:HTTP_PROXY|HTTPS_PROXY|NO_PROXY|NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA|NODE_TLS_REJECT_UNAUTHORIZED)$/,
  /^SSL_CERT_(?:FILE|DIR)$/,
  // Libraries and devices of the optional TensorFlow.
  /^(?:LD_LIBRARY_PATH|DYLD_\w+|CUDA_\w+|NVIDIA_\w+|TF_CPP_\w+|TF_FORCE_\w+|OMP_NUM_THREADS)$/,
  // Makes the editor's binary be Node.
  /^ELECTRON_RUN_AS_NODE$/,
];

/** @param also further variables, by name */
export function ownEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  also: readonly string[] = [],
): Record<string, string> {
  const kept = Object.entries(environment).filter(
    ([name]) => also.includes(name) || NEEDED.some((names) => names.test(name.toUpperCase())),
  );
  return Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
