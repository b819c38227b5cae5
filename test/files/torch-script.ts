import { gunzipSync } from "node:zlib";
import { dict, text, zipArchive, pickled, type ZipEntry } from "./torch-save.ts";

// TorchScript programs: one that PyTorch wrote, and a writer of honest and forged ones.

/** An object of one of the program's own classes. */
export const object = (name: string, attributes: Readonly<Record<string, string>>) =>
  `c__torch__\n${name}\n)\x81}(${Object.entries(attributes)
    .map(([key, value]) => text(key) + value)
    .join("")}ub`;

/** A program: its objects, its storages by their place, and code that is compressed, as PyTorch has it. */
export const savedScript = (body: string, storages: readonly string[], more: readonly ZipEntry[] = []) =>
  zipArchive([
    { name: "clip/data.pkl", data: pickled(body) },
    ...storages.map((data, i) => ({ name: `clip/data/${i}`, data })),
    { name: "clip/code/__torch__.py", data: "not looked at", method: 8 },
    { name: "clip/constants.pkl", data: pickled(dict({})) },
    ...more,
  ]);

/**
 * A model traced and saved by PyTorch 2.13 (`torch.jit.trace`, `torch.jit.save`), without the entries of its debugger:
 * `logit_scale` 2.5, `input_resolution` 224, and of `visual` a convolution of halves with the weights 0, ⅛, …, ⅝, a
 * batch norm, and positions of halves.
 */
export const TRACED = (): Buffer => gunzipSync(Buffer.from(TRACED_BASE64, "base64"));

const TRACED_BASE64 =
  "H4sIAAAAAAACA52WDVQTVxbHJ0EihKigKCKiBgQjSBICgUSkelArGPkUS/xinCQjGZ1MMskEiqzKhyJ4VmEFdZcKHFwFq1Ir2kNFaxFaW3Gp" +
  "4kdF0Wq1onX9pluttrpvEjDOSHtsJ+dl3iTv9+5/7n3vvpukchrgCdkvISRuGt0yAPTo5gaaFsdMEh1CIRIpBI2blsQY7PLscbcL6Lm8MTj0" +
  "Wu8gJkDMeGntH5BBU6BpUMzLHCbw7OdzKQLQE7wBhIEnKRQORUAKSMmESpN55/u3Eg5BuVPpxgSwq35o/4Ac6vc9Xvzsmtw/EAGeaAtH31ZS" +
  "5J+VpOhf0piugK5jThBEt0GvA2LTcjyXq4VhymjW6mGYP31OXBKfhCbmrRSp6alxYwZGwRYtgqMkR2sbJYatFIZb+LAZ1VgxXAdTKGExmuFM" +
  "GZ/kikTqgQCzgJFIBko62RH+u7gRoebaf+STA9QcOkCks9qJFmOykjwVh0omB6ogESWiirRaI46jWgozEhZ+olmHmlHdDExL8UmXiSlUCumq" +
  "dgccRpisFBBhMeJWeijJ1wPz+j6Tc4xExiuLbjaLoaRAb7c0yG6pWG+fcLCadiVlRjACIzLIIcXqEeAZxizwUiuOwxpEuzwLMetgvdG4nHRP" +
  "UPPAv5mYxYrgpMdrznsPswAdqWaEsCw1mg2omU8OtXmSjoTJaMFomQgOowYNqtPRloYxJMci+NJXkj1tkmXkcCB5AJA8AkhWcVVciv7mUEW9" +
  "0r30Q4r1QJIz7UkjkRlKjnQoEtsDRhBig1FnxVGLmB7Cnw6+ZDo+6W0TR79MFopl6ClylF2O3m47jPQBtnnA9mi7bScVB1gW2e+vafC1a7Bq" +
  "yDG2iGqIUHLsH6nQIJRWTwAX8WPoXgLo0XrG0Xr0fSLsqyScFAIRXCDCzyYCmHcY9lfTqUiDIRZyPIOSkwG9VOCb1AQ1nTHMVoIONmxAEYIU" +
  "MegIcmIvHeSg+9ZKsG1f9NGZiJmcxIAjyZBeWPwmLFEPA0MIqwG2uQC1wGDRaZejOlLaO4l9pSrI0N6VKmOu1LBXrg4HTQ5ahLhvr7vY9rpy" +
  "kWt5LphjCHDNiL69rjXqUIkjIKbs+rLDRIvUszCrqkVjHj9q82Df0ttJtbM/G7TLbfekCZnNLfv9YVHJ1RtlEGd7A1V8t2f1rfvlFTmJI/ZJ" +
  "qn9qX78LjfDxaFG3+u5DS78Je7dbJ/82s57bE3DBPEV41WX4/t0Ja2Txgv/EGa2CtorB/1Vu8p4/+0a9U0/AlQv5N9pEB3gLkfqEQ+UZ885V" +
  "DD9y+YVpQufxSyG3x8abu1dsbi4n6v72wyjP4/nWm4X7f1VlL9my0Qeen3ayPObr9c0Ba7en39l9qg6bkyvUrRYF+WclXiELZ3++Rxnn8bjK" +
  "9R8fbUowGEUf50g1DUc2Vpx5r+3x9OjnricCfxN4Nym9t4ddiw4isTTDlc4l2s+WrftStzhWuKSldc+cWuGzzzNTFxz4oKp+V2VhaPaGkKdT" +
  "hL9w3xnCHc23OEneF0Xyakun1p2N2nb60T453P7g228GzjpTnxU7vS51xVfNHvGG55UeEv3xqdefyvJ3en5yMutR51FeRPT2RS6zhU+Lv0iK" +
  "bVxTIvfdLY1aPf9sh4QZM5gf5HcX9NaCuE3qP2YS211CEJLeTSShtzKI5MzEw0SrVHC5Z/iMQJ8k58P/zqMmltbf29Qudbm4RSNcP/J2xw89" +
  "wSeIhqLrvg/e3/b3h2PeOfHi6KnzXu0dXzd1ccZ9t2ZYmveOniJT7qrVW58dWRNdUPNQm3onbqn+Zk1B2cGqRTH5wy4ty0nojNU1zMlJ7Rg5" +
  "+kvqkFvkjRgq7tdTIfqGlp+ypYfbU/L8tmYESTbcOdM2jVjgnv3h5QWrQvKiq1NWHR1zbNOIa4+qtxc2ltzrGr5UlZ2Lt134yL1zvMl6/O6s" +
  "wO7Y8wWGUbyruoCCo+jpwR9GCCq+Pz927aPHzo2JuuAJXo2NYrdKQcfFg1lPBjK91vXP8yFRwGM7uCC1v63XXqUe4DpDUrSxdZz7lZ7ghH8N" +
  "LR5Xl+Kl+vF0zcKugIWpQrxaqxN4jG2/Klnnu3kGkpfz5NMn9z9ZsGLIA9nB1q3Ws6rGXw4uPvdpfRoUs2hH2TAele6iaMZWzrSOaak41pR8" +
  "pu75hJ6Kzicvx3ttSO6eFFheuKvxWdrkoPhtM6avvz3T1OC7fyGv/WxNof8o4+KY2J17T3acejg+uSVxR1tmvudKlVpbXzuv3Gvlucm/Lftq" +
  "D1U5cq/v3JfPh5bLU6qLYtOj7tY0blT4lDTtmys41pTpnn/rA5/WutG1ty4WxHF6/JZtqYVEluLvuzG3w403598iDl3gxK7zOu0bMOtxs3BS" +
  "mXmjquw770XX068dahuUHGBK94vy0q0sq2y46XXS/2Ll5OB7sqell/wL1j/Y8/xAxse3Skbe353Gm+VFRu1bK5xctnfvC1Z9YZC4pvUVhkMd" +
  "kSAsFEJQFnuRMVHMZDqqMuaBwEHc3grOxmSiZvoIDeMzx66NvuFNH1N0G9w3VpNNoUa6OMAxisJRJoE6/RgsAj26+fQRYluNZEHNGIJjKxD6" +
  "NIYxnVQWKQuNVIbKlXKlMlypUISHKaQypSwsTAHuoZHyMLksUh6pSFJxuJ7Q71fDfRedfBm1MRtkV8YOMIRZJ7NBdoXsANOZ9TIbZFfKDrCE" +
  "WTezQXZp6gC/YNbObJBdojrA/zFraDbIrp4dYCCHUUu/vdQ0Bhj59lKLGOAbC4BdVTvAQxxWje1A+z+kHehO5987stlzsA8NxxzzB/65I4Q9" +
  "MzuxvrZcXP5CmmX7jZ0tHNN78/vLHWyenTkcfDyfmUfYJDuPOMhsPjursFl2RnGwe/h/mF+SVM60PcgDfBTgnQW2RfZ/b6PPMloPAAA=";
