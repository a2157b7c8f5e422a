// The browsers of this machine that vitest can have pages opened in.
import { existsSync } from "node:fs";
import { onPath } from "../reproduce/engines.mjs";

const MINI_BROWSER = ["4.1", "4.0", "6.0"]
  .flatMap((version) => [
    `/usr/lib/x86_64-linux-gnu/webkit2gtk-${version}/MiniBrowser`,
    `/usr/lib/aarch64-linux-gnu/webkit2gtk-${version}/MiniBrowser`,
  ])
  .find((file) => existsSync(file));

/** Vitest's name of each, its program, and where that is undefined, why in `absent`. */
export function browsers() {
  const driver = onPath("WebKitWebDriver");
  return [
    {
      kind: "chromium",
      program: onPath("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"),
      absent: "no chromium or google-chrome on the PATH (Debian: apt-get install chromium)",
    },
    {
      kind: "firefox",
      program: onPath("firefox", "firefox-esr"),
      absent: "no firefox or firefox-esr on the PATH (Debian: apt-get install firefox-esr)",
    },
    {
      kind: "webkit",
      program: driver && onPath("Xvfb") && MINI_BROWSER ? driver : undefined,
      browser: MINI_BROWSER,
      // Neither the driver nor the browser says its version.
      about: ["dpkg-query", ["--show", "--showformat=${Version}", "webkit2gtk-driver"]],
      absent: "no WebKitWebDriver or no Xvfb on the PATH (Debian: apt-get install webkit2gtk-driver xvfb)",
    },
  ];
}
