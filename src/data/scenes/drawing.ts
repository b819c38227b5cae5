import sharp from "sharp";

import { RandomStream } from "../../random.ts";
import { LAYOUT, rowAndColumn } from "./grammar.ts";
import type { Color, Scene, Shape, Size } from "./grammar.ts";

/** Pixels a side of a drawn scene. */
export const DRAWING_SIZE = 112;

/** Hue (degrees), saturation and lightness (percent) about which a colour's shade varies. */
const PAINTS: Readonly<Record<Color, readonly [hue: number, saturation: number, lightness: number]>> = {
  red: [358, 85, 48],
  orange: [28, 95, 53],
  yellow: [54, 95, 52],
  green: [128, 65, 38],
  blue: [220, 85, 52],
  purple: [284, 62, 46],
  black: [0, 2, 9],
};

/** Half the width of an object in pixels. */
export const RADII: Readonly<Record<Size, number>> = { large: 16.5, small: 9.5 };

/** How one drawing of an object departs from the plan: in pixels, as a share of its size, in degrees and percent. */
export interface Look {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly hue: number;
  readonly saturation: number;
  readonly lightness: number;
  readonly angle: number;
}

/** An object as it is drawn at one time; rows, columns and sizes may lie between those of the layout. */
export interface DrawnObject {
  readonly color: Color;
  readonly shape: Shape;
  readonly row: number;
  readonly column: number;
  /** Half the width in pixels. */
  readonly radius: number;
  /** 0…1 */
  readonly opacity: number;
  readonly look: Look;
}

/**
 * A scene as SVG text, {@link DRAWING_SIZE} pixels a side. Place, size, angle and shade of each object and the light
 * background vary a little with `stream`, so that one scene has many pictures.
 */
export function sceneSvg(scene: Scene, stream: RandomStream): string {
  const objects = scene.objects.map(({ color, shape, size, place }) => {
    const look = randomLook(stream);
    return { color, shape, ...rowAndColumn(place), radius: RADII[size], opacity: 1, look };
  });
  return pictureSvg(objects, background(stream));
}

/** Objects on a background as SVG text. */
export function pictureSvg(objects: readonly DrawnObject[], ground: string): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${DRAWING_SIZE}" height="${DRAWING_SIZE}">` +
    `${ground}${objects.map(drawnObject).join("")}</svg>`
  );
}

/** A scene as PNG bytes. */
export async function drawScene(scene: Scene, stream: RandomStream): Promise<Uint8Array> {
  const svg = Buffer.from(sceneSvg(scene, stream));
  return sharp(svg).removeAlpha().png({ compressionLevel: 6, palette: false }).toBuffer();
}

/** A value within `spread` of `middle`. */
function about(stream: RandomStream, middle: number, spread: number): number {
  return middle + spread * (2 * stream.uniform() - 1);
}

function hsl(hue: number, saturation: number, lightness: number): string {
  return `hsl(${hue.toFixed(1)},${saturation.toFixed(1)}%,${lightness.toFixed(1)}%)`;
}

/** A light gradient between two pale shades at a random angle, as SVG text. */
export function background(stream: RandomStream): string {
  const hue = 360 * stream.uniform();
  const stops = [0, 1].map((offset) => {
    const shade = hsl(about(stream, hue, 25), about(stream, 18, 14), about(stream, 93, 4));
    return `<stop offset="${offset}" stop-color="${shade}"/>`;
  });
  const angle = Math.round(360 * stream.uniform());
  return (
    `<defs><linearGradient id="ground" gradientTransform="rotate(${angle},.5,.5)">${stops.join("")}</linearGradient></defs>` +
    `<rect width="100%" height="100%" fill="url(#ground)"/>`
  );
}

/** How an object departs from the plan in one picture, or throughout one clip. */
export function randomLook(stream: RandomStream): Look {
  return {
    x: about(stream, 0, 2.5),
    y: about(stream, 0, 2.5),
    radius: about(stream, 1, 0.06),
    hue: about(stream, 0, 5),
    saturation: about(stream, 0, 5),
    lightness: about(stream, 0, 4),
    angle: about(stream, 0, 5),
  };
}

function drawnObject({ color, shape, row, column, radius, opacity, look }: DrawnObject): string {
  const slot = DRAWING_SIZE / LAYOUT;
  const x = ((column + 0.5) * slot + look.x).toFixed(2);
  const y = ((row + 0.5) * slot + look.y).toFixed(2);
  const [hue, saturation, lightness] = PAINTS[color];
  const fill = hsl(hue + look.hue, saturation + look.saturation, lightness + look.lightness);
  const veil = opacity < 1 ? ` opacity="${opacity.toFixed(3)}"` : "";
  return (
    `<g transform="translate(${x},${y}) rotate(${look.angle.toFixed(1)})" fill="${fill}"${veil}>` +
    `${OUTLINES[shape](radius * look.radius)}</g>`
  );
}

const polygon = (points: readonly (readonly [number, number])[]): string =>
  `<polygon points="${points.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(" ")}"/>`;

/** Each shape about the origin, within the given half width. */
const OUTLINES: Readonly<Record<Shape, (radius: number) => string>> = {
  circle: (r) => `<circle r="${r.toFixed(2)}"/>`,
  square: (r) => {
    const half = 0.9 * r;
    return polygon([
      [-half, -half],
      [half, -half],
      [half, half],
      [-half, half],
    ]);
  },
  triangle: (r) =>
    polygon([
      [0, -r],
      [1.05 * r, 0.85 * r],
      [-1.05 * r, 0.85 * r],
    ]),
  star: (r) =>
    polygon(
      Array.from({ length: 10 }, (_, corner) => {
        const reach = corner % 2 === 0 ? 1.1 * r : 0.45 * r;
        const turn = (Math.PI / 5) * corner;
        return [reach * Math.sin(turn), -reach * Math.cos(turn)] as const;
      }),
    ),
  cross: (r) => {
    const arm = 0.34 * r;
    return `<path d="M${-arm},${-r}h${2 * arm}v${r - arm}h${r - arm}v${2 * arm}h${arm - r}v${r - arm}h${-2 * arm}v${arm - r}h${arm - r}v${-2 * arm}h${r - arm}z"/>`;
  },
};
