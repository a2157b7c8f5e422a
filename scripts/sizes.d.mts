/** Bytes of what an import loads. */
export interface Size {
  readonly name: string;
  readonly minified: number;
  readonly gzipped: number;
}
export function measureSizes(): Promise<Size[]>;
export function differences(readme: string, rows: readonly Size[]): string[];
