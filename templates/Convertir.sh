#!/bin/sh
# Cherche un Python 3.11 ou plus récent, puis laisse faire lanceur.py, qui est à côté.
case $0 in
*/*) ici=${0%/*} ;;
*) ici=. ;;
esac

convient() {
    # Sur un Mac sans les outils de développement, /usr/bin/python3 n'est qu'une invite à les installer.
    if [ "$(command -v "$1")" = /usr/bin/python3 ] && [ "$(uname)" = Darwin ]; then
        xcode-select -p >/dev/null 2>&1 || return 1
    fi
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if [ -x "$ici/python/bin/python3" ]; then
    exec "$ici/python/bin/python3" -I -X utf8 "$ici/lanceur.py" "$@"
fi
for python in python3 python python3.14 python3.13 python3.12 python3.11; do
    if convient "$python"; then
        exec "$python" -I -X utf8 "$ici/lanceur.py" "$@"
    fi
done

printf '%s\n' '' \
    'Il faut Python 3.11 ou plus récent, et ce poste n’en a pas.' \
    '  - macOS : installez-le depuis https://www.python.org/downloads/macos/ ou le portail de votre entreprise.' \
    '  - Linux : installez le paquet python3 de votre distribution.' \
    'Sans droit d’installer, demandez-le à votre service informatique : il peut aussi déposer un Python complet' \
    'dans un dossier « python » à côté de ce lanceur.'
case " $* " in
*" --sans-attente "*) exit 3 ;;
esac
if [ -t 0 ] && [ -z "${CI-}" ]; then
    printf '\nAppuyez sur Entrée pour fermer cette fenêtre. '
    read -r _
fi
exit 3
