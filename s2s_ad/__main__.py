"""`python -m s2s_ad`."""

from s2s_ad.cli import main

if __name__ == "__main__":
    main()
