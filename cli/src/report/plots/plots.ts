/** The plots of a report: each with what it shows, in words. */
import * as Plot from "@observablehq/plot";
import type { Picture } from "../../picture/picture.js";
import { counted, digits } from "../numbers.js";
import { type Colors, draw } from "./draw.js";
import { errorMapFigure } from "./error-map.js";
import { lossShares, quantileCurve, shareOfLargest } from "./sizes.js";
import { type View, viewOf } from "./view.js";

export interface Figure {
  readonly title: string;
  /** What is to be seen. */
  readonly caption: string;
  readonly svg: string;
}

export function figuresOf(picture: Picture, colors: Colors): Figure[] {
  if (picture.drawn === 0) return [];
  const figures = [residuals, predicted, errors, quantiles, choice].map((make) => make(picture, colors));
  return [...(picture.map ? errorMapFigure(picture.map, colors) : []), ...figures];
}

function residuals({ residuals: bins, drawn }: Picture, colors: Colors): Figure {
  const view = viewOf(bins, 80, 1);
  const svg = draw(
    {
      x: { label: "prediction - target", domain: [...view.x] },
      y: { label: "pairs" },
      marks: [
        Plot.rectY(view.cells, { x1: "x1", x2: "x2", y: "count", fill: colors.data, inset: 0.25 }),
        Plot.ruleX(within(view.x, 0), { stroke: colors.text, strokeDasharray: "4,3" }),
        Plot.ruleY([0], { stroke: colors.text }),
      ],
    },
    colors,
  );
  const caption = `How often which error comes, of ${counted(drawn)} pairs. The dashed line is no error.`;
  return { title: "Errors", caption: caption + left(view), svg };
}

function predicted({ predicted: bins }: Picture, colors: Colors): Figure {
  const view = viewOf(bins, 56, 56);
  const [low, high] = [Math.max(view.x[0], view.y[0]), Math.min(view.x[1], view.y[1])];
  const ends = low < high ? [{ at: low }, { at: high }] : [];
  const line = Plot.line(ends, { x: "at", y: "at", stroke: colors.text, strokeDasharray: "4,3" });
  const svg = density(view, ["target", "prediction"], line, colors);
  const caption = "The stronger the colour, the more pairs. On the dashed line predictions are right.";
  return { title: "Predicted against actual", caption: caption + left(view), svg };
}

function errors({ errors: bins }: Picture, colors: Colors): Figure {
  const view = viewOf(bins, 56, 56);
  const zero = Plot.ruleY(within(view.y, 0), { stroke: colors.text, strokeDasharray: "4,3" });
  const svg = density(view, ["target", "prediction - target"], zero, colors);
  const caption = "Where the model errs: above the dashed line it predicts too much, below it too little.";
  return { title: "Errors against targets", caption: caption + left(view), svg };
}

function quantiles({ sizes }: Picture, colors: Colors): Figure {
  const curve = quantileCurve(sizes);
  const svg = draw(
    {
      x: {
        label: "share of the pairs, from the smallest |error| up",
        domain: [0, 1],
        percent: false,
        tickFormat: "%",
      },
      y: { label: "|error|", domain: [0, curve[curve.length - 1].error] },
      marks: [
        Plot.line(curve, {
          x: "share",
          y: "error",
          stroke: colors.data,
          strokeWidth: 2,
          curve: "step-before",
        }),
        Plot.ruleY([0], { stroke: colors.text }),
      ],
    },
    colors,
  );
  const at = (share: number): string =>
    digits(Number(curve.find((one) => one.share >= share)!.error.toPrecision(2)));
  const caption = `Half of the pairs have an |error| up to about ${at(0.5)}, nine of ten up to about ${at(0.9)}.`;
  return { title: "Quantiles of |error|", caption: `${caption} The largest hundredth is not drawn.`, svg };
}

function choice({ sizes }: Picture, colors: Colors): Figure {
  const curves = lossShares(sizes);
  const seen = curves.filter(({ pairs }) => pairs >= 0.001);
  const names = [...new Set(curves.map(({ loss }) => loss))];
  const svg = draw(
    {
      x: {
        label: "pairs with the largest |error|",
        type: "log",
        domain: [0.001, 1],
        tickFormat: "~%",
        ticks: [0.001, 0.01, 0.1, 1],
      },
      y: { label: "their share of the loss", domain: [0, 1], tickFormat: "%" },
      color: { domain: names, range: [colors.data, ...colors.others], legend: false },
      marks: [
        Plot.line(seen, { x: "pairs", y: "share", z: "loss", stroke: "loss", strokeWidth: 2 }),
        ...names.map((name, i) =>
          Plot.text([name], {
            frameAnchor: "top-left",
            fill: [colors.data, ...colors.others][i],
            dx: 8,
            dy: 8 + 16 * i,
            fontWeight: "bold",
          }),
        ),
      ],
    },
    colors,
  );
  const [l1, mse] = ["L1", "MSE"].map(
    (loss) => `${digits(Number((100 * shareOfLargest(curves, loss, 0.01)).toPrecision(2)))} %`,
  );
  return {
    title: "What the choice of loss changes",
    caption: `The hundredth of the pairs with the largest errors makes ${l1} of L1, and ${mse} of MSE. Huber's delta is the median |error|.`,
    svg,
  };
}

function density(view: View, [x, y]: readonly [string, string], mark: Plot.Markish, colors: Colors): string {
  const most = Math.max(...view.cells.map(({ count }) => count));
  // Roots, so that few pairs are seen beside many.
  const opacity = ({ count }: { count: number }): number => 0.12 + 0.88 * Math.cbrt(count / most);
  const ends = { x1: "x1", x2: "x2", y1: "y1", y2: "y2" };
  return draw(
    {
      x: { label: x, domain: [...view.x] },
      y: { label: y, domain: [...view.y] },
      opacity: { type: "identity" },
      marks: [Plot.rect(view.cells, { ...ends, fill: colors.data, fillOpacity: opacity, inset: 0 }), mark],
    },
    colors,
  );
}

function within([low, high]: readonly [number, number], x: number): number[] {
  return low <= x && x <= high ? [x] : [];
}

function left({ outside }: View): string {
  if (outside === 0) return "";
  return ` ${counted(outside)} ${outside === 1 ? "pair lies" : "pairs lie"} outside of the picture.`;
}
