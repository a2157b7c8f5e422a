/**
 * Isolates pages from other origins, so that they may share memory with their workers, whose files
 * need the same.
 */
const ISOLATION = [
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Cross-Origin-Embedder-Policy", value: "require-corp" },
];

export default {
  headers: () => [{ source: "/:path*", headers: ISOLATION }],
  // A cache is of no use to what is built once.
  experimental: { turbopackFileSystemCacheForBuild: false },
};
