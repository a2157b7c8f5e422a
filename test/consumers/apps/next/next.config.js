// A cache is of no use to what is built once.
export default { experimental: { turbopackFileSystemCacheForBuild: false } };
