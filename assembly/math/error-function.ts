/**
 * The error function, 2/√π ∫ exp(-t²) dt from 0 to x, in three parts:
 *
 *     |x| < 23/32            x + x A(x²)
 *     23/32 <= |x| < 3/2     erf(71/64) + s B(s)     s = |x| - 71/64
 *     3/2 <= |x|             1 - exp(-C(|x|))        C fits -log(1 - erf), to where erf is 1
 *
 * A, B and C are minimax polynomials, computed by scripts/minimax.py, of the degree that each type
 * needs: what they leave is less than 0.1 ULP of the result.
 */
import { anywhere, number, same } from "./bits";
import { exp } from "./exponential";

/** One step of Horner's rule. */
@inline
function step<C>(p: v128, z: v128, coefficient: f64): v128 {
  return v128.add<C>(v128.mul<C>(p, z), same<C>(coefficient));
}

/** erf(x) / x - 1 for z = x² */
@inline
function near<C>(z: v128): v128 {
  if (sizeof<C>() == 4) {
    let p = same<C>(-0.0006889699725434184);
    p = step<C>(p, z, 0.005131564103066921);
    p = step<C>(p, z, -0.026841962710022926);
    p = step<C>(p, z, 0.11283502727746964);
    p = step<C>(p, z, -0.3761262595653534);
    return step<C>(p, z, 0.12837916612625122);
  }
  let p = same<C>(1.17143936376713e-8);
  p = step<C>(p, z, -1.6002095840849263e-7);
  p = step<C>(p, z, 1.643743017390985e-6);
  p = step<C>(p, z, -1.49246015156874e-5);
  p = step<C>(p, z, 0.00012055304235526437);
  p = step<C>(p, z, -0.0008548326516328437);
  p = step<C>(p, z, 0.005223977619857471);
  p = step<C>(p, z, -0.02686617064477218);
  p = step<C>(p, z, 0.11283791670953941);
  p = step<C>(p, z, -0.37612638903183737);
  return step<C>(p, z, 0.1283791670955126);
}

/** (erf(71/64 + z) - erf(71/64)) / z */
@inline
function middle<C>(z: v128): v128 {
  if (sizeof<C>() == 4) {
    let p = same<C>(-0.0006002074223943055);
    p = step<C>(p, z, -0.005574250128120184);
    p = step<C>(p, z, 0.0103654395788908);
    p = step<C>(p, z, 0.014400409534573555);
    p = step<C>(p, z, -0.06273023039102554);
    p = step<C>(p, z, 0.03282167762517929);
    p = step<C>(p, z, 0.16055312752723694);
    p = step<C>(p, z, -0.3656298518180847);
    return step<C>(p, z, 0.3295818269252777);
  }
  let p = same<C>(8.400915379134371e-7);
  p = step<C>(p, z, -4.3956229277659777e-7);
  p = step<C>(p, z, -7.643758274829778e-6);
  p = step<C>(p, z, 1.253419452177114e-5);
  p = step<C>(p, z, 4.691048592974071e-5);
  p = step<C>(p, z, -0.00015135401656804988);
  p = step<C>(p, z, -0.00014948635267074807);
  p = step<C>(p, z, 0.0011813473611995192);
  p = step<C>(p, z, -0.0005426452471024574);
  p = step<C>(p, z, -0.005967831571636748);
  p = step<C>(p, z, 0.010357104787899803);
  p = step<C>(p, z, 0.014444981999096322);
  p = step<C>(p, z, -0.0627297223933263);
  p = step<C>(p, z, 0.032819799728969916);
  p = step<C>(p, z, 0.16055312087862567);
  p = step<C>(p, z, -0.36562982689900175);
  return step<C>(p, z, 0.32958181579628326);
}

/** -log(1 - erf(z)) */
@inline
function far<C>(z: v128): v128 {
  if (sizeof<C>() == 4) {
    let p = same<C>(-0.0001242208236362785);
    p = step<C>(p, z, 0.002239196328446269);
    p = step<C>(p, z, -0.018513072282075882);
    p = step<C>(p, z, 0.09487334638834);
    p = step<C>(p, z, 0.6495017409324646);
    p = step<C>(p, z, 1.1188069581985474);
    return step<C>(p, z, 0.0028387655038386583);
  }
  let p = same<C>(1.5534123766279368e-10);
  p = step<C>(p, z, -6.408974046066505e-9);
  p = step<C>(p, z, 1.2345733180327666e-7);
  p = step<C>(p, z, -1.473482439477035e-6);
  p = step<C>(p, z, 1.2173331649767909e-5);
  p = step<C>(p, z, -7.342239738483598e-5);
  p = step<C>(p, z, 0.000329757724031999);
  p = step<C>(p, z, -0.001082287170999744);
  p = step<C>(p, z, 0.0022927912588894786);
  p = step<C>(p, z, -0.0007419597329810601);
  p = step<C>(p, z, -0.018794994825682247);
  p = step<C>(p, z, 0.1026430927562265);
  p = step<C>(p, z, 0.6366392206599547);
  p = step<C>(p, z, 1.1283846584463852);
  return step<C>(p, z, -2.1644714018588123e-6);
}

/** erf(x); below 1 ULP. */
@inline
export function erf<C>(x: v128): v128 {
  const z = v128.abs<C>(x);
  let result = v128.add<C>(x, v128.mul<C>(x, near<C>(v128.mul<C>(x, x))));
  const beyond = v128.ge<C>(z, same<C>(0.71875));
  if (anywhere(beyond)) {
    const sign = v128.and(x, same<C>(-0.0));
    const s = v128.sub<C>(z, same<C>(1.109375));
    // erf(71/64) in two parts.
    const low = number<C>(-1.9542841533142906e-8, 3.410093590452684e-17);
    const change = v128.add<C>(v128.mul<C>(s, middle<C>(s)), low);
    let magnitude = v128.add<C>(number<C>(0.8833271861076355, 0.8833271665647939), change);
    const farther = v128.ge<C>(z, same<C>(1.5));
    if (anywhere(farther)) {
      const bounded = v128.pmin<C>(z, number<C>(4, 6));
      const tail = exp<C>(v128.neg<C>(far<C>(bounded)));
      magnitude = v128.bitselect(v128.sub<C>(same<C>(1), tail), magnitude, farther);
    }
    result = v128.bitselect(v128.or(magnitude, sign), result, beyond);
  }
  return result;
}
