/** How the error of two images is looked at. */
import { flag, integer, oneOf } from "../../shell/fields.js";
import { Store } from "../../shell/store.js";

export const VIEWS = ["map", "color"] as const;
export const GAIN = { min: 1, max: 32 } as const;

export interface ImagesState {
  /** One number a pixel in a scale of colours, or each channel's error as that channel. */
  view: (typeof VIEWS)[number];
  /** What errors are multiplied by before they are shown. */
  gain: number;
  /** Whether the two samples are shown: images of the reader's own are in no link. */
  sample: boolean;
}

export function createStore(): Store<ImagesState> {
  return new Store<ImagesState>({
    view: oneOf(VIEWS, "map"),
    gain: integer({ ...GAIN, initial: 8 }),
    sample: flag(false),
  });
}
