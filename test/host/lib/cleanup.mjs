// What must happen before this process ends, however it ends short of SIGKILL.

const disposers = [];
let running;

/** Registers a disposer; the last registered runs first. Returns a function that runs it now, once. */
export function onCleanup(dispose) {
  let done;
  const once = () => {
    done ??= Promise.resolve(dispose());
    return done;
  };
  disposers.push(once);
  return once;
}

/** Runs all disposers; one that fails is reported and does not keep the others from running. */
export function cleanUp() {
  running ??= (async () => {
    for (const dispose of disposers.reverse()) {
      try {
        await dispose();
      } catch (error) {
        console.error("Cleaning up failed:", error);
      }
    }
  })();
  return running;
}

export function cleanUpOnSignals() {
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
  for (const [signal, code] of Object.entries(codes)) {
    process.on(signal, async () => {
      await cleanUp();
      process.exit(code);
    });
  }
  process.on("uncaughtException", async (error) => {
    console.error(error);
    await cleanUp();
    process.exit(1);
  });
}
