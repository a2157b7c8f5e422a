// WebKitGTK by Debian's driver: WebDriver over HTTP, on a display of its own that nobody sees.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

/** Milliseconds for a program to come up. */
const START = 60_000;

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Starts a display; its number comes on a stream that the server is given. */
async function startDisplay() {
  const child = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1024x768x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const [number] = await once(child.stdio[3], "data");
  return { child, display: `:${String(number).trim()}` };
}

/**
 * One command of https://www.w3.org/TR/webdriver2; its answer's value, an error where the driver
 * reports one.
 */
async function command(url, method, body) {
  const response = await fetch(url, { method, body: body && JSON.stringify(body) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`WebKitWebDriver: ${value?.message ?? response.status}`);
  return value;
}

async function whenReady(driver) {
  for (const end = Date.now() + START; ;) {
    try {
      return await command(`${driver}/status`, "GET");
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Opens a window at `url`. */
export async function openWebKit({ program, browser }, url) {
  const { child: screen, display } = await startDisplay();
  const port = await freePort();
  const driver = spawn(program, [`--port=${port}`, "--host=127.0.0.1"], {
    stdio: "ignore",
    env: { ...process.env, DISPLAY: display, GDK_BACKEND: "x11", JSC_useSharedArrayBuffer: "1" },
  });
  const root = `http://127.0.0.1:${port}`;
  await whenReady(root);
  const { sessionId, capabilities } = await command(`${root}/session`, "POST", {
    capabilities: {
      alwaysMatch: { "webkitgtk:browserOptions": { binary: browser, args: ["--automation"] } },
    },
  });
  const session = `${root}/session/${sessionId}`;
  await command(`${session}/url`, "POST", { url });
  return {
    version: capabilities.browserVersion,
    session,
    async close() {
      await command(session, "DELETE").catch(() => undefined);
      for (const child of [driver, screen]) child.kill();
    },
  };
}
