// A browser provider for vitest that only opens a page: the tests need neither a mouse nor a
// keyboard.
import { defineBrowserProvider } from "@vitest/browser";

/** `open(url)` gives what closes the browser again. */
export function pageProvider(name, open) {
  return defineBrowserProvider({
    name,
    supportedBrowser: [name],
    providerFactory() {
      const opened = [];
      return {
        name,
        supportsParallelism: false,
        getCommandsContext: () => ({}),
        async openPage(_session, url) {
          opened.push(await open(url));
        },
        async close() {
          await Promise.all(opened.splice(0).map((each) => each.close()));
        },
      };
    },
  });
}
