/** Isolates the page from other origins, so that it may share memory with its workers. */
const ISOLATION = [
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Cross-Origin-Embedder-Policy", value: "require-corp" },
];

export default {
  headers: () => [{ source: "/slim", headers: ISOLATION }],
  // A cache is of no use to what is built once.
  experimental: { turbopackFileSystemCacheForBuild: false },
};
