/** Markers for spans of text and for image regions that the original adds to both vocabularies. */
const COUNT = 100;

function counted(prefix: string): string[] {
  return Array.from({ length: COUNT }, (_, i) => `<${prefix}_${COUNT - 1 - i}>`);
}

/** `<extra_id_99>` … `<extra_id_0>`, in the order of their ids. */
export const TEXT_SPAN_TOKENS: readonly string[] = counted("extra_id");

/** `<vis_extra_id_99>` … `<vis_extra_id_0>`, in the order of their ids. */
export const IMAGE_REGION_TOKENS: readonly string[] = counted("vis_extra_id");
