/** The tests that need an engine only: no files, no processes, nothing that Node has and others have not. */
export const ANYWHERE = [
  "test/{array,arrays,assembly,autograd,core,exactness,nn,reproducibility,tensor}/**/*.test.ts",
];
