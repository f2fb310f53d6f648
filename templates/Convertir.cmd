@echo off
rem Finds a Python 3.11 or newer, then leaves the work to lanceur.py beside it.
rem This file keeps CRLF line ends, and accents only after chcp 65001.
setlocal EnableExtensions EnableDelayedExpansion

rem Explorer runs: cmd /c ""C:\...\Convertir.cmd" dropped files", with quotes around a path only where it holds
rem a space. A bare ampersand or caret would change the arguments, so lanceur.py gets the raw end of that line, and a
rem plain exit keeps cmd from running what follows the ampersand. Called from a prompt or a script: the arguments.
set "LIGNE=!cmdcmdline!"
set "SEGUR_HOP_DEPOSES=!LIGNE:*%~nx0=!"
if "!SEGUR_HOP_DEPOSES!"=="!LIGNE!" set "SEGUR_HOP_DEPOSES="
setlocal DisableDelayedExpansion

if not exist "%~dp0lanceur.py" goto :incomplet

set PYTHON="%~dp0python\python.exe"
if exist %PYTHON% goto :embarque
rem Each candidate is tried, since the python.exe of the Microsoft Store may be nothing but an invitation.
set RECENT="import sys; sys.exit(sys.version_info < (3, 11))"
set PYTHON=py -3
%PYTHON% -c %RECENT% >nul 2>nul
if errorlevel 0 if not errorlevel 1 goto :trouve
set PYTHON=python
%PYTHON% -c %RECENT% >nul 2>nul
if errorlevel 0 if not errorlevel 1 goto :trouve
set PYTHON=python3
%PYTHON% -c %RECENT% >nul 2>nul
if errorlevel 0 if not errorlevel 1 goto :trouve
goto :sans_python

:embarque
rem A policy may refuse this program, with a message of Windows and a code that varies.
%PYTHON% -I -c "" && goto :trouve
goto :bloque

:trouve
if defined SEGUR_HOP_DEPOSES goto :depose
%PYTHON% -I -X utf8 "%~dp0lanceur.py" %*
exit /b %ERRORLEVEL%

:depose
%PYTHON% -I -X utf8 "%~dp0lanceur.py"
set CODE=%ERRORLEVEL%
rem lanceur.py waits by itself; other codes say that Python could not start, and why stands above.
if %CODE% lss 0 pause
if %CODE% gtr 130 pause
exit %CODE%

:incomplet
chcp 65001 >nul
echo.
echo Il manque le fichier lanceur.py à côté de Convertir.cmd.
echo Si le kit est dans un fichier .zip, faites d’abord un clic droit sur ce fichier, « Extraire tout »,
echo puis lancez le Convertir.cmd du dossier extrait.
echo.
echo Appuyez sur une touche pour fermer cette fenêtre.
if not defined CI pause >nul
if defined SEGUR_HOP_DEPOSES exit 3
exit /b 3

:sans_python
chcp 65001 >nul
echo.
echo Il faut Python 3.11 ou plus récent, et ce poste n’en a pas. Installez-le, sans droit d’administrateur :
echo   - depuis le portail de votre entreprise ou le Microsoft Store (cherchez « Python 3.13 ») ;
echo   - ou depuis https://www.python.org/downloads/windows/
echo Puis relancez Convertir.cmd.
echo Sinon, demandez-le à votre service informatique : il peut aussi déposer un Python complet
echo dans un dossier « python » à côté de Convertir.cmd.
echo.
echo Appuyez sur une touche pour fermer cette fenêtre.
if not defined CI pause >nul
if defined SEGUR_HOP_DEPOSES exit 3
exit /b 3

:bloque
chcp 65001 >nul
echo.
echo Le Python du kit ne démarre pas : le message ci-dessus dit pourquoi. Si une règle de sécurité de ce poste
echo (AppLocker ou WDAC) le bloque, demandez à votre service informatique d’autoriser les fichiers .exe, .dll et .pyd
echo des dossiers « python » et « bibliotheques » du kit, puis relancez Convertir.cmd.
echo.
echo Appuyez sur une touche pour fermer cette fenêtre.
if not defined CI pause >nul
if defined SEGUR_HOP_DEPOSES exit 3
exit /b 3
