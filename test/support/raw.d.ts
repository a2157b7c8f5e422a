/** A file's text, by Vite: tests read fixtures and pages also where there are no files. */
declare module "*?raw" {
  const text: string;
  export default text;
}
