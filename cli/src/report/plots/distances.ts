/** The plots of a comparison. */
import * as Plot from "@observablehq/plot";
import type { ChannelComparison, Comparison, Distances } from "lossgrad/compare";
import { counted } from "../numbers.js";
import { type Colors, draw } from "./draw.js";
import type { Figure } from "./plots.js";

/** So many bars can be told apart. */
const MOST_CHANNELS = 128;

export function comparisonFigures({ distances, channels }: Comparison, colors: Colors): Figure[] {
  if (!distances) return [];
  return [
    ...(distances.ulps.length > 0 ? [ulpHistogram(distances, colors)] : []),
    ...(channels?.some(({ maxAbsolute }) => maxAbsolute !== null) ? [channelBars(channels, colors)] : []),
  ];
}

function ulpHistogram({ ulps, ulpDtype }: Distances, colors: Colors): Figure {
  const integers = ulpDtype === "integer";
  const bars = ulps.map(({ from, count }) => ({ bits: from === 0 ? 0 : Math.log2(from) + 1, count }));
  const last = bars[bars.length - 1].bits;
  const svg = draw(
    {
      x: {
        label: integers ? "apart" : `distance in ULP of ${ulpDtype}`,
        domain: [-0.5, last + 0.5],
        ticks: bars.map(({ bits }) => bits).filter((bits) => last < 12 || bits % 4 === 0),
        tickFormat: (bits: number) => (bits === 0 ? "0" : bits === 1 ? "1" : `2^${bits - 1}`),
      },
      y: { label: "pairs" },
      marks: [
        Plot.rectY(bars, {
          x1: ({ bits }: { bits: number }) => bits - 0.5,
          x2: ({ bits }: { bits: number }) => bits + 0.5,
          y: "count",
          fill: colors.data,
          inset: 0.5,
        }),
        Plot.ruleY([0], { stroke: colors.text }),
      ],
    },
    colors,
  );
  const what = integers ? "How far apart integers are" : "How many numbers of the dtype lie between two";
  return { title: "Distances", caption: `${what}. A bar goes up to the next power of two.`, svg };
}

function channelBars(channels: readonly ChannelComparison[], colors: Colors): Figure {
  const shown = channels.slice(0, MOST_CHANNELS);
  const svg = draw(
    {
      x: {
        label: "index along the axis",
        domain: [-0.5, shown.length - 0.5],
        ticks: wholes(shown.length),
        tickFormat: "d",
      },
      y: { label: "|candidate - reference|", tickFormat: "~g" },
      marks: [
        Plot.rectY(shown, { ...around, y: "maxAbsolute", fill: colors.data, fillOpacity: 0.35, inset: 0.5 }),
        Plot.rectY(shown, { ...around, y: "meanAbsolute", fill: colors.data, inset: 0.5 }),
        Plot.ruleY([0], { stroke: colors.text }),
      ],
    },
    colors,
  );
  const cut =
    channels.length > shown.length ? ` The first ${MOST_CHANNELS} of ${counted(channels.length)}.` : "";
  return { title: "Along the axis", caption: `The mean, and paler the largest.${cut}`, svg };
}

/** Whole numbers below n, about ten of them. */
function wholes(n: number): number[] {
  const step = Math.ceil(n / 10);
  return Array.from({ length: Math.ceil(n / step) }, (_, i) => i * step);
}

const around = {
  x1: ({ index }: ChannelComparison) => index - 0.5,
  x2: ({ index }: ChannelComparison) => index + 0.5,
};
