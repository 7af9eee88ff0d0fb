/** What one model may have of what is listed without pages. */
export const MAX_ALIASES_PER_MODEL = 100;
export const MAX_TAGS_PER_VERSION = 100;
