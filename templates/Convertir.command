#!/bin/sh
# macOS : le Finder ouvre ce fichier dans le Terminal ; la suite est la même que sous Linux.
exec /bin/sh "$(dirname -- "$0")/Convertir.sh" "$@"
