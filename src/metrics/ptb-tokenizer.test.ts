import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { ptbTokenLines, tokenizeCaptions } from "./ptb-tokenizer.ts";

/**
 * Made-up captions and their tokens, all checked against Stanford PTBTokenizer 3.4.1 itself. Each group is one text of several
 * lines, because look-ahead may reach into the next line.
 */
type Vector = readonly [caption: string, tokens: string];

const DAILY: readonly Vector[] = [
  ["A man riding a wave on top of a surfboard.", "a man riding a wave on top of a surfboard ."],
  [
    "A woman's black-and-white dog, asleep; on the couch!",
    "a woman 's black-and-white dog , asleep ; on the couch !",
  ],
  [
    "Two people (a man and a woman) are eating pizza.",
    "two people -lrb- a man and a woman -rrb- are eating pizza .",
  ],
  ["There isn't anyone in the kitchen...", "there is n't anyone in the kitchen ..."],
  ["He can't see; they're gone, I'd say we've won.", "he ca n't see ; they 're gone , i 'd say we 've won ."],
  ['The sign says "STOP" on it.', "the sign says `` stop '' on it ."],
  ["A 'stop' sign at the corner", "a ` stop ' sign at the corner"],
  ["Dogs' bowls are empty", "dogs ' bowls are empty"],
  ["cannot gonna wanna gotta gimme lemme", "can not gon na wan na got ta gim me lem me"],
  ["It's 5:30 p.m. in the U.S.A. today", "it 's 5:30 p.m. in the u.s.a. today"],
  ["A No. 7 bus on 5th Ave. near St. Mary's", "a no. 7 bus on 5th ave. near st. mary 's"],
  ["1,000 people and 3.5 miles", "1,000 people and 3.5 miles"],
  ["a 50% off sale for $5.99 & free gifts", "a 50 % off sale for $ 5.99 & free gifts"],
  ["1/2 of a pizza and 3/4 cup", "1/2 of a pizza and 3/4 cup"],
  ["a half-eaten sandwich - on a plate", "a half-eaten sandwich - on a plate"],
  ["a plate -- with food --- and a fork", "a plate -- with food -- and a fork"],
  ["a red/white/blue kite and/or balloon", "a red/white/blue kite and/or balloon"],
  ["An @ sign, #1 and user@example.com", "an @ sign , # 1 and user@example.com"],
  ["www.example.com is a site", "www.example.com is a site"],
  ["rock 'n' roll in the '80s", "rock 'n' roll in the '80s"],
  ["{curly} [square] <angle>", "-lcb- curly -rcb- -lsb- square -rsb- <angle>"],
  ["What is this?! Wow!!", "what is this ?! wow !!"],
  ["a e.g. b i.e. c etc.", "a e.g. b i.e. c etc."],
  ["a cat,a dog", "a cat , a dog"],
  ["end.Start of new", "end.start of new"],
  ["Mr. and Mrs. Smith vs. Dr. Jones", "mr. and mrs. smith vs. dr. jones"],
  ["a * b = c + d ~ e ^ f", "a * b = c + d ~ e ^ f"],
  ["three..dots....four", "three . . dots ... four"],
  ["naïve café piñata", "naïve café piñata"],
  ["‘curly’ “quotes” – dash — em", "` curly ' `` quotes '' -- dash -- em"],
  ["½ cup of ¼ tea", "1/2 cup of 1/4 tea"],
  ["o'clock o'er ma'am y'all", "o'clock o'er ma'am y' all"],
  ["Let's go, that'll do; who've", "let 's go , that 'll do ; who 've"],
  ["a 3-year-old boy", "a 3-year-old boy"],
  ["20-30 people at 10am", "20-30 people at 10am"],
  ["(555) 123-4567 call", "-lrb-555-rrb-\u00a0123-4567 call"],
  ['"Hello," she said.', "`` hello , '' she said ."],
  ["  leading and   multiple spaces ", "leading and multiple spaces"],
  ["", ""],
  ['a dog."', "a dog . ''"],
  ["4x4 truck w/ a 6' ladder", "4x4 truck w / a 6 ' ladder"],
  ["the #hashtag and @user", "the #hashtag and @user"],
  ["Jan. 5th", "jan. 5th"],
  ["<b>bold</b> text", "<b> bold </b> text"],
  ["&amp; and &lt; tags", "& and < tags"],
  ["...", "..."],
  ["A picture of a man :) smiling", "a picture of a man :-rrb- smiling"],
  ["C++ and F#", "c++ and f#"],
];

const RULES: readonly Vector[] = [
  ["C# and c++ beat f#.", "c# and c++ beat f# ."],
  ["'Twas fun, 'tis late, CANNOT go", "'t was fun , 't is late , can not go"],
  [
    "<img src=\"a b\" alt='x'/> <!DOCTYPE html> </p> a < b > c",
    "<img\u00a0src=\"a\u00a0b\"\u00a0alt='x'/> <!doctype\u00a0html> </p> a < b > c",
  ],
  [
    "dog&mdash;cat &MD; R&amp;D &lt;b&gt; &quot;hi&quot; &apos;tis &nbsp; x",
    "dog -- cat -- r&d < b > `` hi '' ' tis x",
  ],
  ["y'know Y’all o’clock O'Neill l'Oreal d' j'adore", "y' know y’ all o’clock o'neill l'oreal d' j' adore"],
  [
    "ma'am cont'd nor'easter dunkin' ol' 'em 'til 'cause o'o",
    "ma'am cont 'd nor'easter dunkin' ol' 'em 'til 'cause o'o",
  ],
  [
    "https://a.example/b?c=1, see www.example.org/x/y. or mail a.b@example.com!",
    "https://a.example/b?c=1 , see www.example.org/x/y . or mail a.b@example.com!",
  ],
  ["#Tag2 @some_one @ home", "#tag 2 @some_one @ home"],
  ["don’t DON'T ain't isn't. can't've they'll've", "do n't do n't ai n't is n't . ca n't 've they 'll 've"],
  ["born 1-2-1999 or 01/02/2003 at 12:30 for 1,000.50", "born 1-2-1999 or 01/02/2003 at 12:30 for 1,000.50"],
  ["-5 +3 .5 ,7 1:2:3", "-5 +3 .5 ,7 1:2:3"],
  ["22 3/4 and 5-1/2 and 1⁄2 ¾ ⅔ ⅛", "22\u00a03/4 and 5-1/2 and 1⁄2 3/4 2/3 ⅛"],
  ["US$5 HK$ # £5 ¥6 ¢7 €8", "us$ 5 hk$ # # 5 ¥ 6 cents 7 $ 8"],
  ["He moved to the U.S. The end. I live in D.C. now", "he moved to the u.s. . the end . i live in d.c. now"],
  ["It was I. The dog knew", "it was i . the dog knew"],
  ["see fig. 3 and figs.4, no. 7, art. nine", "see fig. 3 and figs. 4 , no. 7 , art . nine"],
  ["Acme Pty. Ltd. and Co. ltd", "acme pty. ltd. and co. ltd"],
  [
    "in Jan. Snow fell; in feb. 2010 it stopped etc. He left",
    "in jan. . snow fell ; in feb. 2010 it stopped etc. . he left",
  ],
  ["Mass. is ill. but Ill. and ill are not", "mass. is ill . but ill. and ill are not"],
  ["Dr Smith, Mr. Jones vs. Prof. X", "dr smith , mr. jones vs. prof. x"],
  ["the '80s, '99 Ford and '05", "the '80s , '99 ford and '05"],
  ["file.txt, index.html report.doc? a.pdf! x.pptx", "file.txt , index.html report.doc ? a.pdf ! x.pptx"],
  ["well.: yes!No what?! hmm", "well. : yes!no what ?! hmm"],
  [
    "555-1234 or (55) 123 4567 or +44 555-1234 or 1.800.555.1234",
    "555-1234 or -lrb-55-rrb-\u00a0123\u00a04567 or +44\u00a0555-1234 or 1.800.555.1234",
  ],
  ['"hello" "5" "$3" "!" ""', "`` hello '' `` 5 '' `` $ 3 '' '' ! '' '' ''"],
  [":) ;-( =D >:P :] x_x (-.-)", ":-rrb- ;--lrb- =d >:p :] x_x -lrb--.--rrb-"],
  ["{a} [b] (c) -LRB- ---- -- - -----", "-lcb- a -rcb- -lsb- b -rsb- -lrb- c -rrb- -lrb- -- -- - -----"],
  ["a... b.... c . . . d… e .. f ......", "a. . . b. ... c ... d ... e . . f ... ."],
  ["@@ ## __ ** *** \\* ; : 、", "@@ ## __ ** *** \\* ; : 、"],
  ["¡hola! ¿qué? = / // ==", "¡ hola ! ¿ qué ? = / / / = ="],
  [
    "black-and-white, d'Avignon-l'Est A&B AT&T, R+D's x-y.,",
    "black-and-white , d'avignon-l'est a&b at&t , r+d 's x-y. ,",
  ],
  [
    "A.B.C. D.E.-F. anti-war pro-life Cap'n c'est C.D.s S&P-500",
    "a.b.c. d.e.-f . anti-war pro-life cap'n c'est c.d.s s&p-500",
  ],
  [
    "‘single’ “double” «angle» ‹one› „low“ ``tex'' `tick`",
    "` single ' `` double '' `` angle '' ` one ' „ low `` `` tex '' ` tick `",
  ],
  ["<< >> + % & ~ ^ | \\ ° ² ™ © → ∞", "<< >> + % & ~ ^ | \\ ° ² ™ © → ∞"],
  ["soft\u00adhyphen \u00ad a\u200bb\ufeffc", "softhyphen - a b c"],
  ["naïve café Ünïcode ПРИВЕТ 日本語", "naïve café ünïcode привет 日本語"],
  ["a👍b e\u0301", "a b e\u0301"],
  ["c&eacute;a &aacute;", "c&eacute;a &aacute;"],
  ["'n' rock'n'roll 'quoted' 'q", "'n' rock 'n' roll ` quoted ' ' q"],
  ["he said 'a b' to 's and 'll", "he said ' a b ' to 's and 'll"],
  ["and/or a/b/c/d x\\/y 1/2/3", "and/or a/b/c / d x\\/y 1/2/3"],
];
/** Each caption alone: the last caption of a text has nothing to look ahead to. */
const ALONE: readonly Vector[] = [
  ["they'll've", "they 'll ` ve"],
  ["a b c etc.", "a b c etc. ."],
  ["'80", "' 80"],
];

const tokensOf = (caption: string): string => ptbTokenLines(caption)[0]?.join(" ") ?? "";

describe("ptbTokenLines", () => {
  it.each([
    ["daily captions", DAILY],
    ["one caption for each rule", RULES],
  ])("gives the original's tokens for %s", (_, vectors) => {
    const lines = ptbTokenLines(vectors.map(([caption]) => caption).join("\n"));
    expect(lines.map((tokens) => tokens.join(" "))).toEqual(vectors.map(([, tokens]) => tokens));
  });

  it.each(ALONE)("ends the text after %s", (caption, tokens) => {
    expect(tokensOf(caption)).toBe(tokens);
  });

  it("lets look-ahead reach into the next line", () => {
    expect(ptbTokenLines("a b c etc.\nmore")).toEqual([["a", "b", "c", "etc."], ["more"]]);
    expect(ptbTokenLines("a b c etc.\nMore")).toEqual([["a", "b", "c", "etc.", "."], ["more"]]);
  });

  it("keeps blank lines, and one empty line for an empty text", () => {
    expect(ptbTokenLines("")).toEqual([[]]);
    expect(ptbTokenLines("a\n\n \nb")).toEqual([["a"], [], [], ["b"]]);
  });

  it("drops what no rule knows", () => {
    expect(tokensOf("a \u{1F415} dog\u0003")).toBe("a dog");
  });

  it("stays linear on text made to provoke backtracking", () => {
    const long = 4000;
    expect(ptbTokenLines("a-".repeat(long))[0]).toHaveLength(2);
    expect(ptbTokenLines(`<a ${"b ".repeat(long)}`)[0]).toHaveLength(long + 2);
    expect(ptbTokenLines("9".repeat(long))[0]).toHaveLength(1);
  });
});

describe("tokenizeCaptions", () => {
  it("drops punctuation, but neither brackets nor runs of marks", () => {
    expect(tokenizeCaptions(['He said "no"; (really?!) -- the dog\'s, ok...'])).toEqual([
      "he said no -lrb- really ?! -rrb- the dog 's ok",
    ]);
  });

  it("gives one string a caption, whatever line breaks a caption holds", () => {
    expect(tokenizeCaptions(["a\nb", "", "c\r", "d\u2028e\u000Bf", "<a b='\n'> '>"])).toEqual([
      "a b",
      "",
      "c",
      "d e f",
      "<a\u00A0b='\u00A0'> >",
    ]);
  });

  it("keeps a tag from swallowing the next caption", () => {
    expect(tokenizeCaptions(["<a b='x", "y'> z"])).toEqual(["< a b = x", "y > z"]);
  });
});

const FIXTURES = "../shared/fixtures/caption";
const read = (name: string): unknown => JSON.parse(readFileSync(`${FIXTURES}/${name}`, "utf8"));

describe.skipIf(!existsSync(FIXTURES))("tokens of real captions (needs the shared fixtures)", () => {
  it.each(["published", "corenlp_3.4.1"])("equals the %s pairs", (name) => {
    const pairs = (read("ptb_tokenizer.json") as Record<string, Vector[]>)[name] ?? [];
    expect(pairs.length).toBeGreaterThan(90);
    expect(pairs.map(([caption]) => [caption, tokensOf(caption)])).toEqual(pairs);
  });

  it("equals the scorer's references and hypotheses", () => {
    type Captions = Record<string, string[]>;
    const subset = (read("tokenized.json") as Record<string, { references: Captions; hypotheses: Captions }>)[
      "fakecap_subset"
    ];
    const coco = read("captions_val2014_subset.json") as {
      annotations: { image_id: number; caption: string }[];
    };
    const results = read("captions_val2014_fakecap_results_subset.json") as {
      image_id: number;
      caption: string;
    }[];
    const references = Object.keys(subset?.references ?? {}).map((image) => {
      const own = coco.annotations.filter(({ image_id: imageId }) => String(imageId) === image);
      return [image, tokenizeCaptions(own.map(({ caption }) => caption))];
    });
    const hypotheses = results.map(({ image_id: image, caption }) => [
      String(image),
      tokenizeCaptions([caption]),
    ]);
    expect(Object.fromEntries(references)).toEqual(subset?.references);
    expect(Object.fromEntries(hypotheses)).toEqual(subset?.hypotheses);
  });
});
