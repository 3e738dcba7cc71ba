#!/bin/sh
# Everything that was (or should be) tried for the peers' best settings, on an idle machine:
#   PYTHON=benchmarks/.venv/bin/python sh benchmarks/peers/explore_all.sh [GROUP ...]
# Groups: mlp sampling64 sampling256 many hugging-face train128 train256, each with "-2" for two threads but mlp.
# PROMPTS=5 makes the groups "many" and "hugging-face" a quarter of the work. The weights must be there (any row of the
# benchmarks makes them). explore.py tells what is printed.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${PYTHON:=benchmarks/.venv/bin/python}"
: "${RUN:=}"
: "${ROUNDS:=5}"

small='"hidden": 128, "layers": 4, "weights": "benchmarks/.weights/llama-d128-l4.safetensors"'
large='"hidden": 256, "layers": 6, "weights": "benchmarks/.weights/llama-d256-l6.safetensors"'
: "${PROMPTS:=20}"
many="\"prompts\": $PROMPTS, \"promptLength\": 64, \"samples\": 96, \"newTokens\": 64"
# glibc then keeps freed memory rather than give it back to the system at each step.
keep='"environment": {"MALLOC_MMAP_THRESHOLD_": "2147483648", "MALLOC_TRIM_THRESHOLD_": "4294967296"}'

explore() {
  file=$1 request=$2
  shift 2
  $RUN "$PYTHON" benchmarks/peers/explore.py "$file" "{\"threads\": $threads, $request}" "$@" --rounds "$ROUNDS"
}

train() {
  explore transformer.py "$1" \
    eager='{"compile": false}' \
    eager-unfused='{"compile": false, "fused": false}' \
    eager-foreach='{"compile": false, "optimiser": "foreach"}' \
    eager-keep-memory="{\"compile\": false, $keep}" \
    compile='{"compile": "default"}' \
    compile-step='{"compile": "default", "compiled": "step"}' \
    autotune='{"compile": "max-autotune-no-cudagraphs"}' \
    autotune-unfused='{"compile": "max-autotune-no-cudagraphs", "fused": false}' \
    autotune-keep-memory="{\"compile\": \"max-autotune-no-cudagraphs\", $keep}"
}

eager='"compile": false, "cache": "slice"'

sample() {
  explore sampling.py "$1" \
    eager="{$eager, \"attention\": \"sdpa\"}" \
    eager-matmul="{$eager}" \
    eager-exponential="{$eager, \"attention\": \"sdpa\", \"draw\": \"exponential\"}" \
    eager-time-layout="{$eager, \"attention\": \"sdpa\", \"layout\": \"time\"}" \
    eager-keep-memory="{$eager, \"attention\": \"sdpa\", $keep}" \
    compile-bucket='{"attention": "sdpa"}' \
    compile-bucket-matmul='{}' \
    compile-slice='{"attention": "sdpa", "cache": "slice"}' \
    compile-mask-matmul='{"cache": "mask"}' \
    autotune-bucket-matmul='{"compile": "max-autotune-no-cudagraphs"}' \
    compile-bucket-matmul-exponential='{"draw": "exponential"}'
}

for group in ${*:-mlp sampling64 sampling256 many hugging-face train128 train256 sampling64-2 sampling256-2 many-2 hugging-face-2 train128-2 train256-2}; do
  threads=1
  case $group in *-2) threads=2 ;; esac
  export OMP_NUM_THREADS=$threads
  echo "== $group, load $(cut -d' ' -f1 /proc/loadavg 2>/dev/null)"
  case ${group%-2} in
    mlp)
      for batch in 1 64; do
        explore mlp.py "\"batch\": $batch" --seconds 0.15 \
          fused='{"compile": false}' \
          foreach='{"compile": false, "optimiser": "foreach"}' \
          for-loop='{"compile": false, "optimiser": "for-loop"}' \
          model='{"compiled": "model"}' \
          model-and-optimiser='{"compiled": "optimiser", "optimiser": "foreach"}' \
          step='{"compiled": "step"}' \
          step-wrapper='{"compiled": "step", "wrapper": true}'
      done
      ;;
    sampling64) sample "$small, \"prompts\": 64, \"promptLength\": 1, \"samples\": 1, \"newTokens\": 128" ;;
    sampling256) sample "$small, \"prompts\": 256, \"promptLength\": 1, \"samples\": 1, \"newTokens\": 128" ;;
    many)
      explore sampling.py "$small, $many" \
        all='{}' chunk96='{"chunk": 96}' chunk480='{"chunk": 480}' \
        eager="{$eager, \"attention\": \"sdpa\"}" eager96="{$eager, \"attention\": \"sdpa\", \"chunk\": 96}" \
        eager-shared="{$eager, \"sharedPrompt\": true}" eager-shared96="{$eager, \"sharedPrompt\": true, \"chunk\": 96}"
      ;;
    hugging-face)
      explore hugging_face.py "$small, $many" \
        all='{"promptsAtOnce": 0}' one='{"promptsAtOnce": 1}' five='{}' \
        one-eager='{"promptsAtOnce": 1, "attention": "eager"}' one-static='{"promptsAtOnce": 1, "cache": "static"}'
      ;;
    train128) train "$small, \"time\": 64, \"batch\": 32" ;;
    train256) train "$large, \"time\": 128, \"batch\": 16" ;;
    *) echo "unknown group $group" >&2 && exit 2 ;;
  esac
done
